#!/usr/bin/env bash
# Lets schemathesis try the whole API of a demo school against its description, as a guest and in every kind of role,
# for three minutes at the most: no 5xx, no status, content type or shape that the description does not name.
# tests/api/fuzz.sh [BINARY]; without a binary, target/debug/draaiboek is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=${CARGO_TARGET_DIR:-target}
binary=${1:-}
if [ -z "$binary" ]; then
  cargo build --locked -p draaiboek-cli
  binary=$target/debug/draaiboek
fi

# One environment per list of packages, kept between runs.
place=$target/api-fuzz-$(sha256sum tests/api/requirements.txt | cut -c1-12)
if [ ! -x "$place/bin/schemathesis" ]; then
  rm -rf "$place"
  if ! python3 -m venv "$place" 2>/dev/null; then
    [ "$(id -u)" = 0 ] || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }
    apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null
    rm -rf "$place"
    python3 -m venv "$place"
  fi
  "$place/bin/pip" install --quiet --disable-pip-version-check -r tests/api/requirements.txt
fi

exec "$place/bin/python" tests/api/fuzz.py "$binary" "$place/bin/schemathesis"
