"""Difference hashes and distances of made-up pictures, with NumPy 2.

    python Tests/References/near_golden.py

writes Tests/ImagesTests/Fixtures/near.json. The hash: rows of 4, nine columns that begin at
floor(32 c / 9), mean grey values (0.299, 0.587, 0.114, in thousandths, rounded down by pixel); a bit for
each right neighbour that is lighter by more than 2.
"""

import json
from pathlib import Path

import numpy as np

SIZE = 32


def picture(kind):
    """32 x 32 x 3 bytes by whole-number formulas, which the test repeats."""
    y, x, c = np.indices((SIZE, SIZE, 3))
    if kind == "texture":
        values = x * x * 3 + y * 7 + x * y + c * 40
    elif kind == "waves":
        values = 4 * np.abs((x * 5 + y) % 32 - 16) + 3 * y + 10 * c
    else:
        values = 4 * x + 2 * y + 5 * c + 20
    values = values % 256
    if kind == "lighter":
        values = values + 3
    if kind == "too light":
        values = values + 5
    if kind == "patch":
        values[8:12, 12:16] += 13
    return values


def dhash(pixels):
    grey = pixels @ np.array([299, 587, 114]) // 1000
    starts = [c * SIZE // 9 for c in range(10)]
    bits = ""
    for band in range(8):
        rows = grey[band * 4:band * 4 + 4]
        means = [rows[:, starts[c]:starts[c + 1]].mean() for c in range(9)]
        bits += "".join("1" if b - a > 2 else "0" for a, b in zip(means, means[1:]))
    return int(bits, 2)


def main():
    kinds = ["texture", "waves", "slope", "lighter", "too light", "patch"]
    pictures = {kind: picture(kind) for kind in kinds}
    pairs = []
    for i, first in enumerate(kinds):
        for second in kinds[i + 1:]:
            delta = np.abs(pictures[first] - pictures[second])
            block = delta.reshape(8, 4, 8, 4, 3).mean((1, 3, 4)).max()
            bits = (dhash(pictures[first]) ^ dhash(pictures[second])).bit_count()
            near = bits <= 4 and delta.mean() <= 4 and block <= 10
            pairs.append({
                "first": first, "second": second, "bits": bits, "near": bool(near),
                "difference": float(delta.mean()), "largestBlock": float(block)})
    target = Path(__file__).parent.parent / "ImagesTests/Fixtures/near.json"
    target.write_text(json.dumps({
        "hashes": {kind: f"{dhash(pictures[kind]):016x}" for kind in kinds}, "pairs": pairs},
        indent=1) + "\n")


if __name__ == "__main__":
    main()
