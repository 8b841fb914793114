#!/usr/bin/env bash
# The licence of every module that the program and its tests are built from. Copyleft is refused, save the Mozilla licence
# in modules that only tests use. A licence that is not recognised is refused too, until somebody has read it.
. "$(dirname "$0")/lib.sh"

need go "Go 1.26"

# modules ARGUMENT…: module path, version and folder of all that the packages import, our own apart.
modules() {
	go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' "$@" |
		sort -u | sed '/^$/d'
}

# licence DIR: a short name, from the words that each licence cannot do without. The order matters: the GNU licences name
# each other.
licence() {
	local file text
	file=$(find "$1" -maxdepth 1 -type f \( -iname 'LICEN[CS]E*' -o -iname 'COPYING*' -o -iname 'UNLICENSE*' \) | sort | head -n 1)
	[ -n "$file" ] || { printf 'none'; return; }
	text=$(tr -s '[:space:]' ' ' <"$file")
	case $text in
	*"GNU AFFERO GENERAL PUBLIC LICENSE"*) printf 'AGPL' ;;
	*"Mozilla Public License"*) printf 'MPL-2.0' ;;
	*"Apache License"*"Version 2.0"*) printf 'Apache-2.0' ;;
	*"GNU LESSER GENERAL PUBLIC LICENSE"*) printf 'LGPL' ;;
	*"GNU GENERAL PUBLIC LICENSE"*) printf 'GPL' ;;
	*"Permission is hereby granted, free of charge"*) printf 'MIT' ;;
	*"Permission to use, copy, modify, and"*"distribute this software"*) printf 'ISC' ;;
	*"Redistribution and use in source and binary forms"*"Neither the name"*) printf 'BSD-3-Clause' ;;
	*"Redistribution and use in source and binary forms"*) printf 'BSD-2-Clause' ;;
	*"This is free and unencumbered software"*) printf 'Unlicense' ;;
	*"CC0 1.0 Universal"*) printf 'CC0-1.0' ;;
	*) printf 'unknown' ;;
	esac
}

# Packages that only help tests are named so, and internal/arch keeps the program from importing them.
program=$(modules $(go list ./... | grep -v 'test$'))
tests=$(modules -test ./...)
bad=0
while read -r path version dir; do
	[ -n "$path" ] || continue
	name=$(licence "$dir") use=program
	grep -qF -- "$path $version " <<<"$program" || use=tests
	mark=
	case $name in
	MIT | ISC | BSD-* | Apache-2.0 | Unlicense | CC0-1.0) ;;
	MPL-2.0) [ "$use" = tests ] || mark="refused: only tests may use it" ;;
	*) mark="refused" ;;
	esac
	[ -z "$mark" ] || bad=$((bad + 1))
	printf '%-14s %-8s %s %s %s\n' "$name" "$use" "$path" "$version" "$mark"
done <<<"$tests"
[ "$bad" -eq 0 ] || die "$bad modules with a licence that this project does not take"
