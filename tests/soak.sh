#!/bin/sh
# The long proofs that not every run of the gate takes: 1,000 kills and 20,000 seeds of faults, some minutes each.
# Usage: tests/soak.sh [KILLS [SEEDS]]
set -eu
cd "$(dirname "$0")/.."
kills=${1:-1000}
seeds=${2:-20000}
DRAAIBOEK_KILLS=$kills cargo test --locked --release --package draaiboek-tests --test crash -- --nocapture
cargo run --locked --release --package draaiboek-tests --bin draaiboek-test-faults -- --seeds "$seeds"
