#!/usr/bin/env bash
# Every check, on real engines: what make test runs. Each part prints its time; all parts run even when one fails; the last
# line counts what passed and what failed. Nothing is skipped: what is missing is installed (as root) or named.
#   SANZHI_TEST_POSTGRES=postgres://…   a PostgreSQL to use instead of one of our own
. "$(dirname "$0")/lib.sh"

passed=0 failed=0 broken=()

# part NAME COMMAND…: one part of the run. A part that counts its own tests leaves "PASSED FAILED" in $counts; any other
# is one check.
part() {
	local name=$1 began=$SECONDS code p f
	shift
	say "== $name"
	rm -f "$counts"
	set +e # a subshell of its own, not "|| code=$?", which would switch off set -e in all that it calls
	(set -e && "$@") </dev/null
	code=$?
	set -e
	if [ -s "$counts" ]; then
		read -r p f <"$counts"
	elif [ "$code" -eq 0 ]; then
		p=1 f=0
	else
		p=0 f=1
	fi
	if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
	passed=$((passed + p)) failed=$((failed + f))
	[ "$f" -eq 0 ] || broken+=("$name")
	say "-- $name: $p passed, $f failed, $((SECONDS - began)) s"
}

has_font() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn)" ]; }

# tools installs, or asks for, what Debian has and this machine lacks.
tools() {
	local lack=()
	need go "Go 1.26"
	if [ -z "${SANZHI_TEST_POSTGRES:-}" ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 &&
		! command -v initdb >/dev/null 2>&1; then
		lack+=(postgresql)
	fi
	need npm "Node.js 20 (nodejs, npm)"
	command -v chromium >/dev/null 2>&1 || lack+=(chromium)
	has_font || lack+=(fontconfig fonts-noto-cjk)
	[ ${#lack[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		die "还缺 ${lack[*]}。 / Missing: ${lack[*]}. On Debian: sudo apt-get install ${lack[*]}"
	fi
	say "installing ${lack[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >/dev/null
	apt-get install -q -y --no-install-recommends "${lack[@]}" >/dev/null
}

go_format() {
	local bad
	bad=$(gofmt -l $(git ls-files -co --exclude-standard '*.go'))
	[ -z "$bad" ] || {
		say "not formatted (make fmt):" "$bad"
		return 1
	}
}

go_vet() { go vet ./... && go vet -tags noui ./ui ./internal/cli ./cmd/...; }

go_tests() {
	go build -buildvcs=false -o .cache/gotests ./scripts/gotests
	go test -json -count=1 -vet=off -timeout 20m ./... 2>&1 | .cache/gotests -counts "$counts"
}

# generated compares what is committed with what the code would make now.
generated() {
	bin/sanzhi openapi >"$work/openapi.json"
	cmp "$work/openapi.json" api/openapi.json || {
		say "api/openapi.json is not what the code says: run make generate and commit it."
		return 1
	}
	(cd ui && npm run --silent types -- --check)
}

ui_npm() { (cd ui && npm run --silent "$@"); }

# ui_tests runs a script of the face's tests and reads the counts from what vitest ("Tests  1 failed | 8 passed (9)") or
# node --test ("# pass 8") says at its end. A skipped test counts as failed; so does a run that counted nothing.
ui_tests() {
	local code=0
	(cd ui && NO_COLOR=1 FORCE_COLOR=0 timeout -k 10 2700 npm run --silent "$@" 2>&1) | tee "$work/ui" || code=$?
	awk '
		function number(word,   m) { return match($0, "[0-9]+ " word) ? substr($0, RSTART, RLENGTH) + 0 : 0 }
		/^ *Tests  / { p = number("passed"); f = number("failed") + number("skipped") + number("todo") }
		/^(#|ℹ) pass [0-9]+$/ { p += $3 }
		/^(#|ℹ) (fail|cancelled|skipped|todo) [0-9]+$/ { f += $3 }
		/^ok [0-9]/ { lines++ } # of a run that was cut off before its summary
		/^not ok [0-9]/ { lost++ }
		END {
			if (p + f == 0) { print lines + lost ? "the run was cut off" : "no test ran"; p = lines; f = lost + 1 }
			print p + 0, f + 0 > counts
		}
	' counts="$counts" "$work/ui"
	return "$code"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/sanzhi-test.XXXXXX")
counts=$work/counts
finish() {
	local code=$?
	trap - EXIT
	[ ! -d "$work/pg" ] || scripts/postgres.sh stop "$work/pg"
	rm -rf -- "$work"
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$work" # the user postgres walks through it

whole
tools
if [ -z "${SANZHI_TEST_POSTGRES:-}" ]; then
	began=$SECONDS
	SANZHI_TEST_POSTGRES=$(scripts/postgres.sh start "$work/pg")
	say "PostgreSQL of our own, $((SECONDS - began)) s"
fi
export SANZHI_TEST_POSTGRES

part "gofmt" go_format
part "ui: build" ui_build
part "go vet" go_vet
part "go test" go_tests
part "build" scripts/build.sh
part "generated" generated
part "ui: types" ui_npm check
part "ui: unit tests" ui_tests test
part "ui: browser tests" ui_tests test:browser

[ ${#broken[@]} -eq 0 ] || say "failed: ${broken[*]}"
say "$passed passed, $failed failed ($SECONDS s)"
[ "$failed" -eq 0 ]
