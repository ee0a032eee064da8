"""Compares the training steps of two builds of enginebench, in turn.

    python Benchmarks/compare_versions.py OLD/enginebench NEW/enginebench [--pairs 9] [--steps 5]

Prints images/s of both, the median of NEW / OLD over pairs and its interval (95 %, intervals.py). Who begins a
pair alternates, so that a machine which becomes slower or faster meanwhile favours nobody.
"""

import argparse
import statistics

from intervals import LEAST_PAIRS, median_interval
from measuring import HERE, name_of, options, problems, run_json


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--pairs", type=int, default=LEAST_PAIRS)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--problems", default=HERE / "steps.txt")
    a = parser.parse_args()
    if a.pairs < LEAST_PAIRS:
        parser.error(f"--pairs {a.pairs}: at least {LEAST_PAIRS} are needed")
    print(f"{'training step'.ljust(26)}{'old images/s'.rjust(13)}{'new'.rjust(9)}{'ratio'.rjust(8)}  95 %")
    for fields in problems(a.problems):
        rates = {"old": [], "new": []}
        for pair in range(a.pairs):
            for name in ("old", "new") if pair % 2 == 0 else ("new", "old"):
                command = [getattr(a, name), "step", *options(fields, a.steps, a.threads)]
                rates[name].append(run_json(command)["imagesPerSecond"])
        ratios = [new / old for old, new in zip(rates["old"], rates["new"])]
        low, high = median_interval(ratios)
        print(f"{name_of(fields).ljust(26)}{statistics.median(rates['old']):13.1f}"
              f"{statistics.median(rates['new']):9.1f}{statistics.median(ratios):8.3f}"
              f"  {low:.3f}–{high:.3f}", flush=True)


if __name__ == "__main__":
    main()
