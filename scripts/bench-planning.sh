#!/bin/sh
# Measures the planning engine beside other programs: the same files, one scorer, one table, a verdict a goal. Peers are put into an
# environment of their own under .cache/; one that cannot be had is said and left out.
#   make bench-planning ARGS="-rounds 1"                  a quick look
#   make bench-planning ARGS="-rounds 3 -write"           and the table into bench/README.md
#   make bench-planning ARGS="-only sites,staff"          some rooms: grids harder sites medians staff reach places
set -eu
cd "$(dirname "$0")/.."
env=".cache/bench-planning"
mkdir -p "$env"
go build -tags noui -o "$env/sanzhi" ./cmd/sanzhi
py="$env/venv/bin/python"
if [ ! -x "$py" ]; then
  python3 -m venv "$env/venv" || { echo "python3 with venv is missing; on Debian: apt-get install python3-venv" >&2; exit 3; }
fi
"$py" -c 'import numpy, scipy' 2>/dev/null || "$env/venv/bin/pip" -q install numpy==2.4.6 scipy==1.17.1
for peer in pymetis==2025.2.2 highspy==1.15.1 kahip==3.25 networkx==3.6.1 shapely==2.2.0 pandana==0.8; do
  "$py" -c "import ${peer%%==*}" 2>/dev/null || "$env/venv/bin/pip" -q install "$peer" || echo "left out: $peer (cannot be installed here)"
done
# METIS' own program and LEMON's headers come from Debian's packages, unpacked beside the environment where the system lacks them.
if command -v apt-get >/dev/null 2>&1; then
  for need in gpmetis:metis:/usr/bin/gpmetis metis:libmetis5:/usr/share/doc/libmetis5 lemon:liblemon-dev:/usr/include/lemon; do
    deb=$(echo "$need" | cut -d: -f2)
    there=$(echo "$need" | cut -d: -f3)
    if [ ! -e "$there" ] && [ ! -e "$env/debian$there" ]; then
      (mkdir -p "$env/debian" && cd "$env/debian" && apt-get -qq download "$deb" && dpkg -x "$deb"_*.deb . && rm -f "$deb"_*.deb) ||
        echo "left out: $deb (cannot be downloaded here)"
    fi
  done
  PATH="$PWD/$env/debian/usr/bin:$PATH"
  LD_LIBRARY_PATH="$(ls -d "$PWD/$env"/debian/usr/lib/*-linux-gnu 2>/dev/null || true)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export PATH LD_LIBRARY_PATH
fi
exec nice -n 5 "$py" bench/planning/run.py "$env/sanzhi" "$env" "$@" ${ARGS:-}
