"""Compares what compare.py measured with thresholds.json; exits with 1 where something became slow or large.

    python Benchmarks/judge.py out/20261130T120000.json

A line is judged by at least nine pairs. Single ratios on shared machines spread from 1.3 to 2.5, so there is an
alarm only where the whole interval for the median ratio (95 %, intervals.py) is on the wrong side of the
threshold; where it contains the threshold, nothing can be said.
"""

import argparse
import json
import sys
from pathlib import Path

from intervals import LEAST_PAIRS, median_interval


def verdict(threshold, interval):
    """
    >>> verdict({"least": 2.0}, (1.5, 1.9))
    'ALARM'
    >>> verdict({"least": 2.0}, (1.5, 2.1)), verdict({"least": 2.0}, (2.0, 2.1))
    ('open', 'good')
    >>> verdict({"most": 0.6}, (0.61, 0.7)), verdict({"most": 0.6}, (0.5, 0.6))
    ('ALARM', 'good')
    """
    low, high = interval
    if "least" in threshold:
        return "ALARM" if high < threshold["least"] else "good" if low >= threshold["least"] else "open"
    return "ALARM" if low > threshold["most"] else "good" if high <= threshold["most"] else "open"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measured", help="the file that compare.py --output wrote")
    parser.add_argument("--thresholds", default=Path(__file__).parent / "thresholds.json")
    a = parser.parse_args()
    rows = {(row["part"], row["name"]): row for row in json.loads(Path(a.measured).read_text())}
    verdicts = []
    for threshold in json.loads(Path(a.thresholds).read_text()):
        row = rows.get((threshold["part"], threshold["name"]))
        if row is None:
            continue
        title = f"{threshold['part']}: {threshold['name']}"
        bound = f"≥ {threshold['least']}" if "least" in threshold else f"≤ {threshold['most']}"
        if len(row["ratios"]) < LEAST_PAIRS:
            print(f"{title.ljust(44)} {len(row['ratios'])} pairs, at least {LEAST_PAIRS} are needed")
            verdicts.append("open")
            continue
        low, high = median_interval(row["ratios"])
        verdicts.append(verdict(threshold, (low, high)))
        print(f"{title.ljust(44)}{row['ratio']:6.2f}  {low:.2f}–{high:.2f}  {bound.ljust(7)} {verdicts[-1]}")
    if not verdicts:
        sys.exit("no line of the file has a threshold")
    print(f"{verdicts.count('good')} good, {verdicts.count('open')} open, {verdicts.count('ALARM')} alarms")
    sys.exit(1 if "ALARM" in verdicts else 0)


if __name__ == "__main__":
    main()
