"""Golden numbers for Tests/KernelsTests/BFloat16Tests.swift.

Versions: torch==2.15.0, Python's fractions. Run: python Tests/References/kernels_bfloat16_golden.py

Rounding comes from PyTorch where it has an opinion; below 2^-126 the instructions give a zero of the
same sign. Sums follow the rules of TDPBF16PS and VDPBF16PS in exact rational numbers: a fused
multiply-add rounds once to 24 bits, ties to even, with an exponent that has no lower limit; what is
then below 2^-126 becomes a zero of the same sign.
"""

import json
import os
import random
import struct
from fractions import Fraction

import torch

assert torch.__version__.startswith("2.15.0")
random.seed(25)
SMALLEST = Fraction(1, 2**126)
INFINITY = float("inf")


def word(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def number(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def rounded(exact, sign):
    """The float nearest to a rational number; `sign` is that of a zero."""
    if exact == 0:
        return -0.0 if sign else 0.0
    size = abs(exact)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    if size < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (exponent - 23)
    steps = size / unit
    whole = steps.numerator // steps.denominator
    rest = steps - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1):
        whole += 1
    size = whole * unit
    if size < SMALLEST:
        return -0.0 if exact < 0 else 0.0
    value = INFINITY if size >= Fraction(2) ** 128 else float(size)
    return -value if exact < 0 else value


def flushed(x):
    small = x == x and abs(x) < float(SMALLEST)
    return float(number(word(x) & 0x80000000)) if small else x


def negative(x):
    return word(x) >> 31 == 1


def fused(a, b, c):
    a, b, c = flushed(a), flushed(b), flushed(c)
    if any(x != x or abs(x) == INFINITY for x in (a, b, c)):
        return a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    product_negative = negative(a) != negative(b)
    return rounded(exact, product_negative and negative(c))


def tdpbf16ps(a, b, c):
    even = odd = 0.0
    for k in range(0, 32, 2):
        even = fused(a[k], b[k], even)
        odd = fused(a[k + 1], b[k + 1], odd)
    return fused(1.0, c, fused(1.0, even, odd))


def vdpbf16ps(a, b, c):
    for k in range(0, 32, 2):
        c = fused(a[k + 1], b[k + 1], c)
        c = fused(a[k], b[k], c)
    return c


def draw(kind):
    sign, mantissa = random.getrandbits(1), random.getrandbits(7)
    exponent = {
        "ordinary": lambda: random.randint(122, 130),
        "tiny": lambda: random.randint(60, 67),
        "denormal": lambda: random.choice([0, 0, 1, 2, 126]),
        "huge": lambda: random.choice([188, 189, 190, 191, 192]),
        "special": lambda: random.choice([0, 127, 128, 255]),
    }[kind]()
    if kind == "special" and exponent == 255 and random.random() < 0.7:
        mantissa = 0
    return sign << 15 | exponent << 7 | mantissa


def sums():
    cases = []
    for kind, count in [
        ("ordinary", 60), ("tiny", 60), ("denormal", 40), ("huge", 30), ("special", 30)
    ]:
        for _ in range(count):
            a, b = ([draw(kind) for _ in range(32)] for _ in range(2))
            if kind == "special":
                a, b = ([x if random.random() < 0.1 else draw("ordinary") for x in y] for y in (a, b))
            c = draw("denormal" if kind in ("tiny", "denormal") else "ordinary") << 16
            wide = [[number(x << 16) for x in y] for y in (a, b)]
            cases.append({
                "kind": kind, "a": a, "b": b, "c": c,
                "amx": word(tdpbf16ps(*wide, number(c))),
                "avx512bf16": word(vdpbf16ps(*wide, number(c))),
            })
    return cases


def rounding():
    patterns = [
        0x00000000, 0x80000000, 0x00000001, 0x807FFFFF, 0x00800000, 0x3F808000, 0x3F818000,
        0x3F808001, 0x3F807FFF, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F7F7FFF, 0x7F800000, 0xFF800000,
    ] + [random.getrandbits(32) for _ in range(500)]
    cases = []
    for bits in patterns:
        if bits & 0x7FFFFFFF > 0x7F800000:
            expected = bits >> 16 | 0x40
        elif bits & 0x7FFFFFFF < 0x00800000:
            expected = bits >> 16 & 0x8000
        else:
            x = torch.tensor([bits - (1 << 32) if bits >> 31 else bits], dtype=torch.int32)
            y = x.view(torch.float32).to(torch.bfloat16).view(torch.int16)
            expected = int(y.item()) & 0xFFFF
        cases.append([bits, expected])
    return cases


folder = os.path.join(os.path.dirname(__file__), "..", "KernelsTests", "Fixtures")
with open(os.path.join(folder, "bfloat16.json"), "w") as file:
    json.dump({"rounding": rounding(), "sums": sums()}, file, separators=(",", ":"))
    file.write("\n")
