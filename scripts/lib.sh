# Words that the other scripts share. Source it; it moves to the project's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p .cache bin

say() { printf '%s\n' "$*"; }
die() {
	printf '%s\n' "$*" >&2
	exit 1
}

# need COMMAND WHAT: stop with a plain sentence when a command is missing.
need() { command -v "$1" >/dev/null 2>&1 || die "需要先安装 $2。 / Please install $2 first."; }

# newer STAMP PATH…: true when STAMP is missing or anything below the paths is newer. Folders count too, so that a
# file that was taken away is seen.
newer() {
	local stamp=$1 path found=()
	shift
	[ -e "$stamp" ] || return 0
	for path in "$@"; do [ -e "$path" ] && found+=("$path"); done
	[ ${#found[@]} -gt 0 ] || return 1
	[ -n "$(find "${found[@]}" -name node_modules -prune -o -newer "$stamp" -print -quit)" ]
}

# whole stops when a part of the program is not there: a check without it would pass in silence.
whole() {
	[ -f ui/package.json ] || die "ui/package.json is not there: the program has no face. Get the whole repository."
	[ -d cmd/sanzhi ] || die "cmd/sanzhi is not there: there is no program. Get the whole repository."
}

ui_install() {
	need npm "Node.js 20 (nodejs, npm)"
	if newer ui/node_modules/.installed ui/package.json ui/package-lock.json; then
		(cd ui && npm ci --no-audit --no-fund --loglevel=error)
		mkdir -p ui/node_modules # a face without dependencies has none
		touch ui/node_modules/.installed
	fi
}

# ui_changed is true when anything that ui/dist is made of is newer than the last build.
ui_changed() {
	[ -e .cache/ui-built ] || return 0
	[ -n "$(find ui \( -name node_modules -o -name dist -o -name browser -o -name test-results \) -prune -o \
		-newer .cache/ui-built -print -quit)" ]
}

# ui_build builds ui/dist unless it is newer than everything it is made of.
ui_build() {
	if ui_changed || [ -z "$(find ui/dist -name '*.html' -print -quit 2>/dev/null)" ]; then
		ui_install
		(cd ui && npm run --silent build)
		touch .cache/ui-built
	fi
}
