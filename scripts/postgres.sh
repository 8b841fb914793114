#!/usr/bin/env bash
# A real PostgreSQL that lives as long as a test run, with durable commits as in earnest.
#   scripts/postgres.sh start DIR   makes a cluster in the empty folder DIR, starts it, prints its URL
#   scripts/postgres.sh stop DIR    stops it and removes DIR
# It listens on 127.0.0.1 and on a socket in DIR, on a port that is free. PostgreSQL does not run as root, so root hands
# DIR to the user postgres.
. "$(dirname "$0")/lib.sh"

[ $# -eq 2 ] || die "usage: scripts/postgres.sh start|stop DIR"
dir=$2

bindir() {
	local newest
	newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
	if [ -n "$newest" ]; then
		printf '%s' "$newest"
	elif command -v initdb >/dev/null 2>&1; then
		dirname "$(readlink -f "$(command -v initdb)")"
	else
		die "PostgreSQL is not installed (Debian package: postgresql)."
	fi
}

as_owner() { (cd "$dir" && if [ "$(id -u)" -eq 0 ]; then runuser -u "$owner" -- "$@"; else "$@"; fi); }

start() {
	local bin port try
	bin=$(bindir)
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	if [ "$(id -u)" -eq 0 ]; then
		owner=postgres
		id "$owner" >/dev/null 2>&1 || owner=nobody
		chown "$owner" "$dir"
	fi
	chmod 700 "$dir"
	as_owner "$bin/initdb" -D "$dir/data" -U sanzhi -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir.log" 2>&1 ||
		die "initdb failed: $(tail -n 5 "$dir.log")"
	cat >>"$dir/data/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = '$dir'
		max_connections = 200
		shared_buffers = 256MB
		fsync = on
		synchronous_commit = on
		log_min_messages = fatal
	CONF
	for try in 1 2 3 4 5 6 7 8; do
		port=$((20000 + (RANDOM + try) % 20000))
		if as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 -o "-p $port" start >/dev/null 2>&1; then
			printf 'postgres://sanzhi@127.0.0.1:%s/postgres?sslmode=disable\n' "$port"
			return
		fi
	done
	die "PostgreSQL did not start: $(tail -n 5 "$dir/server.log" 2>/dev/null)"
}

# stop asks the postmaster, by its own pid, to end at once and cleanly, and waits for it.
stop() {
	local pid=
	if [ -f "$dir/data/postmaster.pid" ]; then
		pid=$(head -n 1 "$dir/data/postmaster.pid")
		kill -INT "$pid" 2>/dev/null || pid=
	fi
	for _ in $(seq 1 200); do # it takes its pid file away when it has ended
		[ -n "$pid" ] && [ -f "$dir/data/postmaster.pid" ] || break
		sleep 0.1
	done
	[ -z "$pid" ] || [ ! -f "$dir/data/postmaster.pid" ] || kill -QUIT "$pid" 2>/dev/null || true
	if [ -d "$dir/data" ]; then rm -rf -- "$dir" "$dir.log"; fi
}

case $1 in
start) start ;;
stop) stop ;;
*) die "usage: scripts/postgres.sh start|stop DIR" ;;
esac
