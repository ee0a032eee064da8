"""Compares `enginebench step` with the same step in PyTorch, one after the other in each round.

    python Benchmarks/compare_steps.py [--rounds 3] [--steps 5]

The machine may be shared, so only the ratio within a round counts; its median is printed with its
range. Problems stand in steps.txt. Needs torch==2.13.0 and a release build of enginebench.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ENGINE = HERE.parent / ".build/release/enginebench"


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    print("training step      ours/s  torch/s   ratio (range)        MB  torch MB   ratio")
    for line in (HERE / "steps.txt").read_text().splitlines():
        fields = line.split("#")[0].split()
        if fields:
            compare(fields, arguments)


def compare(fields, arguments):
    arch, height, width, batch = fields
    shared = ["--arch", arch, "--height", height, "--width", width, "--batch", batch,
              "--steps", str(arguments.steps), "--threads", str(arguments.threads), "--json"]
    pairs = []
    for _ in range(arguments.rounds):
        ours = run([str(ENGINE), "step", *shared])
        theirs = run([sys.executable, str(HERE / "torch_step.py"), *shared])
        pairs.append((ours, theirs))
    speed = [(o["imagesPerSecond"], max(t["imagesPerSecond"].values())) for o, t in pairs]
    memory = [(o["peakBytes"] / 2**20, t["peakBytes"] / 2**20) for o, t in pairs]
    ratios = sorted(o / t for o, t in speed)
    ours, theirs = (statistics.median(column) for column in zip(*speed))
    our_mb, their_mb = (statistics.median(column) for column in zip(*memory))
    print(f"{arch} {height}×{width} b{batch}".ljust(18),
          f"{ours:6.1f}  {theirs:7.1f}   {statistics.median(ratios):4.2f} "
          f"({ratios[0]:.2f}–{ratios[-1]:.2f})".ljust(38),
          f"{our_mb:6.0f}  {their_mb:8.0f}   {our_mb / their_mb:4.2f}", flush=True)


if __name__ == "__main__":
    main()
