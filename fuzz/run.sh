#!/usr/bin/env bash
# Builds libFuzzer's targets with the workspace's compiler and runs each for a minute, or for as many
# seconds as are given: fuzz/run.sh 600. What breaks a check is kept in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
host=$(rustc -vV | sed -n 's/^host: //p')

# The versions of the server that is served.
cp ../Cargo.lock Cargo.lock
# What cargo-fuzz passes but for the address sanitizer, which takes a nightly compiler: there is no
# unsafe code of ours to watch. With --target, so that what runs while building is not instrumented.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cdebug-assertions \
-Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/fuzz CARGO_PROFILE_RELEASE_OPT_LEVEL=1
cargo build --release --target "$host"

for target in targets/*.rs; do
    name=$(basename "$target" .rs)
    mkdir -p "corpus/$name" artifacts
    echo "::: $name"
    "$CARGO_TARGET_DIR/$host/release/$name" "corpus/$name" "seeds/$name" -max_total_time="$seconds" \
        -max_len=4096 -artifact_prefix="artifacts/$name-" -print_final_stats=1
done
