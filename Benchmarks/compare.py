"""Compares the engine with PyTorch and ONNX Runtime, alternately in one run.

    python Benchmarks/compare.py [--rounds 3] [--steps 5] [--parts train,eval,threads,run] [--quick]

The machine may be shared, so only the ratio within a round counts: every line gives the median of
ours, of theirs and of the ratio, with the ratio's range. Problems stand in steps.txt and
evaluations.txt. Docs/performance.md says what each figure means.
"""

import argparse
import json
import statistics
import sys

from measuring import ENGINE, HERE, LAYOUT_NAMES, name_of, options, problems, run_json
from real_run import compare_run


def ours(command, fields, a, threads=None):
    return run_json([ENGINE, command, *options(fields, a.steps, threads or a.threads)])


def theirs(script, fields, a, *more):
    """In the better memory layout: the first time both are tried, each in its own process."""
    command = [sys.executable, HERE / script, *options(fields, a.steps, a.threads), *more]
    key = (script, *fields, *more)
    if "onnx" in more:
        tried = {"onnx": run_json(command)}
    else:
        layouts = [a.layouts[key]] if key in a.layouts else LAYOUT_NAMES
        tried = {layout: run_json(command + ["--layout", layout]) for layout in layouts}
    rates = {layout: result["imagesPerSecond"][layout] for layout, result in tried.items()}
    a.layouts[key] = best = max(rates, key=rates.get)
    return {"imagesPerSecond": rates[best], "peakBytes": tried[best]["peakBytes"]}


class Lines:
    """Prints a line a comparison and keeps it for the summary in JSON."""

    def __init__(self):
        self.rows = []

    def title(self, text, unit):
        print(f"\n{text.ljust(34)}{('ours ' + unit).rjust(14)}{'theirs'.rjust(10)}"
              f"{'ratio'.rjust(8)}  range", flush=True)

    def add(self, part, name, pairs, digits=1):
        ratios = sorted(o / t for o, t in pairs)
        our, their = (statistics.median(column) for column in zip(*pairs))
        ratio = statistics.median(ratios)
        print(f"{name.ljust(34)}{our:14.{digits}f}{their:10.{digits}f}{ratio:8.2f}"
              f"  {ratios[0]:.2f}–{ratios[-1]:.2f}", flush=True)
        self.rows.append({"part": part, "name": name, "ours": our, "theirs": their,
                          "ratio": ratio, "ratios": ratios})


def compare(lines, part, title, command, script, list_of, a, rivals):
    """Speed against each rival, then peak memory against PyTorch, from the same runs."""
    lines.title(title, "images/s")
    memory = []
    for fields in list_of:
        speed = {rival: [] for rival, _ in rivals}
        peaks = []
        for _ in range(a.rounds):
            mine = ours(command, fields, a)
            for rival, more in rivals:
                other = theirs(script, fields, a, *more)
                speed[rival].append((mine["imagesPerSecond"], other["imagesPerSecond"]))
                if rival == "PyTorch":
                    peaks.append((mine["peakBytes"] / 2**20, other["peakBytes"] / 2**20))
        for rival, pairs in speed.items():
            lines.add(part, f"{name_of(fields)} / {rival}", pairs)
        memory.append((fields, peaks))
    lines.title(f"{title}: peak memory", "MiB")
    for fields, peaks in memory:
        lines.add(f"{part} memory", name_of(fields), peaks, digits=0)


def compare_threads(lines, list_of, a):
    print(f"\n{'2 threads against 1'.ljust(34)}{'2 images/s'.rjust(14)}{'1'.rjust(10)}"
          f"{'ratio'.rjust(8)}  range")
    for fields in list_of:
        pairs = [tuple(ours("step", fields, a, threads)["imagesPerSecond"] for threads in (2, 1))
                 for _ in range(a.rounds)]
        lines.add("threads", name_of(fields), pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parts", default="train,eval,threads,run")
    parser.add_argument("--quick", action="store_true", help="one round of one tiny problem each")
    parser.add_argument("--problems", help="a list that replaces steps.txt and evaluations.txt")
    parser.add_argument("-o", "--output", help="also write all lines to this file as JSON")
    a = parser.parse_args()
    a.layouts = {}
    if a.quick:
        a.rounds, a.steps, a.problems = 1, 2, a.problems or HERE / "quick.txt"
    trained = list(problems(a.problems or HERE / "steps.txt"))
    evaluated = list(problems(a.problems or HERE / "evaluations.txt"))
    lines, parts = Lines(), a.parts.split(",")
    if unknown := set(parts) - {"train", "eval", "threads", "run"}:
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    if "train" in parts:
        compare(lines, "train", "training step", "step", "torch_step.py", trained, a,
                [("PyTorch", ())])
    if "eval" in parts:
        compare(lines, "eval", "inference", "eval", "torch_eval.py", evaluated, a,
                [("PyTorch", ()), ("ONNX", ("--runtime", "onnx"))])
    if "threads" in parts:
        compare_threads(lines, trained, a)
    if "run" in parts:
        lines.rows += compare_run(a)
    if a.output:
        with open(a.output, "w") as file:
            json.dump(lines.rows, file, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()
