#!/usr/bin/env bash
# Builds what has changed, makes the demonstration district where there is none, and serves it on this machine only.
#   DATA=./data LISTEN=127.0.0.1:8080 make run
. "$(dirname "$0")/lib.sh"

data=${DATA:-./data}
listen=${LISTEN:-127.0.0.1:8080}

scripts/build.sh

# A district whose making was broken off is put aside, never removed, and made anew. The mark stands outside the data.
mark=".cache/making-$(printf '%s' "$data" | cksum | cut -d' ' -f1)"
if [ -e "$mark" ]; then
	aside="${data%/}.half-made-$(date +%Y%m%d%H%M%S)"
	say "上次没有建完演示区县，已移到 $aside，现在重新建立。 / The demonstration district was left half made; it is kept in $aside and made anew."
	[ ! -e "$data" ] || mv -- "$data" "$aside"
fi
if [ -z "$(ls -A -- "$data" 2>/dev/null)" ]; then
	: >"$mark"
	bin/sanzhi demo --data "$data"
	rm -f "$mark"
fi
# Whose posts reach the district's centre takes a second to find out. The server does not wait for it.
(
	bin/sanzhi demo --data "$data" --accounts --at 101.7593426,36.6484989
	say "http://$listen"
) </dev/null &
exec bin/sanzhi serve --data "$data" --listen "$listen"
