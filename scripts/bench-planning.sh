#!/bin/sh
# Measures the planning engine beside other programs, in one run, from the same files, judged by one scorer. Peers are put into an
# environment of their own under .cache/; one that cannot be had is said and left out.
set -eu
cd "$(dirname "$0")/.."
env=".cache/bench-planning"
mkdir -p "$env"
go build -tags noui -o "$env/sanzhi" ./cmd/sanzhi
if [ ! -x "$env/venv/bin/python" ]; then
  python3 -m venv "$env/venv" || { echo "python3 with venv is missing; on Debian: apt-get install python3-venv" >&2; exit 3; }
fi
for peer in pymetis highspy; do
  "$env/venv/bin/python" -c "import $peer" 2>/dev/null || "$env/venv/bin/pip" -q install "$peer" || echo "left out: $peer (cannot be installed here)"
done
exec "$env/venv/bin/python" bench/planning/run.py "$env/sanzhi" "$env" "$@"
