"""Blocks of Philox4x64-10 from NumPy, for Tests/RandomnessTests/Fixtures/philox.json.

    python3 Tests/References/randomness_philox.py

Needs numpy==2.4.6. NumPy increments its counter before the first block, so the block at counter c
comes from a generator that starts at c - 1. Words are hexadecimal text: JSON numbers lose bits.
"""

import json
import pathlib

import numpy as np

MASK = (1 << 64) - 1
CASES = [
    ((1, 0, 0, 0), (0, 0)),
    ((1, 2, 3, 0), (42, 7)),
    ((1 << 63, MASK, 12345, 0), (MASK, 1)),
    ((5, 0xCBF29CE484222325, 99, 0), (2026, 10)),
    ((1, 0, MASK, 0), (1 << 40, 3)),
]


def block(counter, key):
    whole = sum(word << (64 * index) for index, word in enumerate(counter))
    start = [((whole - 1) >> (64 * index)) & MASK for index in range(4)]
    generator = np.random.Philox(
        counter=np.array(start, dtype=np.uint64), key=np.array(key, dtype=np.uint64)
    )
    return [int(word) for word in generator.random_raw(4)]


def main():
    cases = [
        {
            "counter": [f"{word:016x}" for word in counter],
            "key": [f"{word:016x}" for word in key],
            "block": [f"{word:016x}" for word in block(counter, key)],
        }
        for counter, key in CASES
    ]
    target = pathlib.Path(__file__).parent.parent / "RandomnessTests/Fixtures/philox.json"
    target.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
