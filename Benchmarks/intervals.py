"""An interval for the median of paired ratios that assumes nothing about how they are distributed."""

from math import comb

LEAST_PAIRS = 9
CONFIDENCE = 0.95


def median_interval(ratios):
    """The narrowest interval between two of the sorted ratios, equally far from both ends, that covers
    the median with at least CONFIDENCE (David and Nagaraja, Order Statistics, 2003, section 7.1).

    >>> median_interval([1, 2, 3, 4, 5, 6, 7, 8, 9])
    (2, 8)
    >>> median_interval([1, 2, 3, 4, 5])
    Traceback (most recent call last):
    ValueError: 5 pairs say too little; at least 9 are needed
    """
    n = len(ratios)
    if n < LEAST_PAIRS:
        raise ValueError(f"{n} pairs say too little; at least {LEAST_PAIRS} are needed")
    ordered = sorted(ratios)
    missed = 0.0
    place = 0
    # Both ends may move inwards while the median lies outside with at most 1 − CONFIDENCE.
    while True:
        missed += 2 * comb(n, place) / 2**n
        if missed > 1 - CONFIDENCE:
            return ordered[place - 1], ordered[n - place]
        place += 1
