#!/bin/sh
# Measures the planning engine beside other programs: the same files, one scorer, one table, a verdict a goal. Python's peers are put
# into an environment of their own under .cache/, Debian's programs are unpacked there or, where that does not do (PostGIS, pgRouting,
# CBC, GLPK) and this is root, installed. One that cannot be had is said and left out.
#   make bench-planning ARGS="-rounds 1"                  a quick look
#   make bench-planning ARGS="-rounds 3 -write"           and the table into bench/README.md
#   make bench-planning ARGS="-only sites,staff"          some rooms: grids harder sites medians staff reach places
set -eu
cd "$(dirname "$0")/.."
env=".cache/bench-planning"
mkdir -p "$env"
go build -tags noui -o "$env/sanzhi" ./cmd/sanzhi
go build -tags noui -o "$env/probe" ./bench/planning/probe
(cd bench/planning/s2 && go build -o "../../../$env/s2" .) || echo "left out: s2 (cannot be built here)"
py="$env/venv/bin/python"
if [ ! -x "$py" ]; then
  python3 -m venv "$env/venv" || { echo "python3 with venv is missing; on Debian: apt-get install python3-venv" >&2; exit 3; }
fi
"$py" -c 'import numpy, scipy' 2>/dev/null || "$env/venv/bin/pip" -q install numpy==2.4.6 scipy==1.17.1
for peer in pymetis==2025.2.2 highspy==1.15.1 kahip==3.25 networkx==3.6.1 shapely==2.2.0 pandana==0.8 gerrychain==1.0.0; do
  "$py" -c "import ${peer%%==*}" 2>/dev/null || "$env/venv/bin/pip" -q install "$peer" || echo "left out: $peer (cannot be installed here)"
done
if command -v apt-get >/dev/null 2>&1; then
  # METIS' own program and LEMON's headers come from Debian's packages, unpacked beside the environment where the system lacks them.
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
  # Extensions live in PostgreSQL's own folders and solvers bring many libraries: these are installed, all as the packages are.
  lack=""
  pg=$(ls /usr/lib/postgresql 2>/dev/null | sort -V | tail -n 1)
  [ -n "$pg" ] || pg=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p')
  if [ -n "$pg" ]; then
    [ -e "/usr/lib/postgresql/$pg/bin/initdb" ] || lack="$lack postgresql-$pg"
    [ -e "/usr/share/postgresql/$pg/extension/postgis.control" ] || lack="$lack postgresql-$pg-postgis-3"
    [ -e "/usr/share/postgresql/$pg/extension/pgrouting.control" ] || lack="$lack postgresql-$pg-pgrouting"
  fi
  command -v cbc >/dev/null 2>&1 || lack="$lack coinor-cbc"
  command -v glpsol >/dev/null 2>&1 || lack="$lack glpk-utils"
  for deb in $lack; do
    if [ "$(id -u)" -ne 0 ]; then
      echo "left out: $deb (not installed; sudo apt-get install $deb)"
    else
      DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$deb" >/dev/null 2>&1 ||
        echo "left out: $deb (cannot be installed here)"
    fi
  done
fi
"$py" bench/planning/score_test.py
exec nice -n 5 "$py" bench/planning/run.py "$env/sanzhi" "$env" "$@" ${ARGS:-}
