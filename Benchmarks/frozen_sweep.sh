#!/usr/bin/env bash
# Times a sweep of 12 runs with a frozen trunk: once with the activations shared, once with every run
# computing them for itself, and compares the figures of both. Takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

poise=${POISE:-.build/release/poise}
if [ ! -x "$poise" ]; then swift build -c release --product poise; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The trunk: what a short training of the quick start's baseline leaves.
"$poise" sweep Experiments/quickstart-fashion-mnist-lt.yaml --results "$work/trunk.sqlite" \
  --only strategy=baseline --set training.epochs=2 >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
"$poise" export 1 "$work/trunk.safetensors" --results "$work/trunk.sqlite" >"$work/log"

sweep() { # name, further options; prints seconds
  local name=$1 start end
  shift
  mkdir "$work/$name"
  start=$(date +%s.%N)
  "$poise" sweep Benchmarks/frozen_sweep.yaml --results "$work/$name/results.sqlite" \
    --set model.weights="$work/trunk.safetensors" "$@" \
    >"$work/$name/log" 2>&1 || { cat "$work/$name/log" >&2; exit 1; }
  end=$(date +%s.%N)
  echo "$end - $start" | bc
}

figures() {
  sqlite3 "$work/$1/results.sqlite" \
    "SELECT name, weights_sha256, accuracy, macro_f1, test_loss FROM run ORDER BY name"
}

shared=$(sweep shared)
separate=$(sweep separate --set model.cache_limit=0)
if [ "$(figures shared)" != "$(figures separate)" ]; then
  echo "the figures of the two sweeps differ" >&2
  diff <(figures shared) <(figures separate) >&2 || true
  exit 1
fi
runs=$(figures shared | wc -l)
printf '%s runs, frozen trunk shared: %.1f s; each for itself: %.1f s; ratio %.3f\n' \
  "$runs" "$shared" "$separate" "$(echo "$shared / $separate" | bc -l)"
echo "the figures of both are the same, bit for bit"
