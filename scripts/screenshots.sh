#!/usr/bin/env bash
# The pictures in docs/images, taken by a real browser from the demonstration district.
. "$(dirname "$0")/lib.sh"

whole
command -v chromium >/dev/null 2>&1 || die "Please install chromium first (Debian package: chromium)."
scripts/build.sh
ui_install
(cd ui && npm run --silent screenshots)
