#!/usr/bin/env bash
# Removes what was built. Data stay, and so do the installed tools and node_modules.
. "$(dirname "$0")/lib.sh"

rm -rf -- bin test-results .cache/ui-built .cache/built .cache/gotests
[ ! -d ui/dist ] || find ui/dist -mindepth 1 ! -name .keep -delete
