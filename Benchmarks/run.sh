#!/usr/bin/env bash
# Compares our training step with PyTorch's, in one run. `make bench` calls this.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=Benchmarks/.venv
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv" || {
    echo "cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2
    exit 66
  }
fi
"$venv/bin/python" -c 'import torch; assert torch.__version__.startswith("2.13.0")' 2>/dev/null ||
  "$venv/bin/pip" install --quiet 'torch==2.13.0'

swift build -c release --product enginebench
.build/release/enginebench meter
exec "$venv/bin/python" Benchmarks/compare_steps.py "$@"
