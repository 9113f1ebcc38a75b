#!/bin/sh
# Tests of the pages in a real browser. Usage: tests/browser/run.sh [BINARY [TEST FILE…]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ $# -gt 0 ]; then
  binary=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  shift
else
  (cd "$root" && cargo build --locked --package draaiboek-cli)
  binary=${CARGO_TARGET_DIR:-$root/target}/debug/draaiboek
fi
chromium=${CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$chromium" ]; then
  echo "no Chromium at $chromium; install Debian's (apt-get install chromium) or name yours in CHROMIUM" >&2
  exit 2
fi
if ! node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)'; then
  echo "the browser tests need Node.js 20 or newer with npm" >&2
  exit 2
fi
cd "$here"
# Installed once for a lock file; the mark says for which.
if ! cmp -s package-lock.json node_modules/.installed-for; then
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.installed-for
fi
exec node start.mjs "$binary" "$@"
