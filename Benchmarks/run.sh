#!/usr/bin/env bash
# Compares the engine with PyTorch and ONNX Runtime, in one run. `make bench` calls this; all
# options go to compare.py: `Benchmarks/run.sh --quick` takes about two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=Benchmarks/.venv
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv" || {
    echo "cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2
    exit 66
  }
fi
# PyTorch's own index has the build without graphics libraries, a tenth of the size.
cmp -s Benchmarks/requirements.txt "$venv/installed.txt" || {
  "$venv/bin/pip" install --quiet --requirement Benchmarks/requirements.txt \
    --extra-index-url https://download.pytorch.org/whl/cpu ||
    "$venv/bin/pip" install --quiet --requirement Benchmarks/requirements.txt
  cp Benchmarks/requirements.txt "$venv/installed.txt"
}

swift build -c release --product enginebench
swift build -c release --product poise
mkdir -p Benchmarks/out
date -u
.build/release/enginebench meter
"$venv/bin/python" Benchmarks/compare.py --output "Benchmarks/out/$(date -u +%Y%m%dT%H%M%S).json" "$@"
.build/release/enginebench meter
