"""Golden numbers of weights, class masses and orders, from NumPy.

Pinned: numpy 2.4.6, pillow 13.0.0 (the operations of augmentation policies). Deterministic. Run from
the package's root:

    python Tests/References/strategies_samplers.py

writes Tests/StrategiesTests/Fixtures/samplers.json. The orders replay each sampler's algorithm on
NumPy's own Philox, with which the framework's generator agrees bit by bit.
"""

import json
import math
import pathlib

import numpy as np
import PIL
from PIL import Image, ImageEnhance, ImageOps

COUNTS = [int(5000 * 0.01 ** (i / 9)) for i in range(10)]
EMPTY = [7, 0, 1, 400000, 33, 0, 2]


class Generator:
    """The framework's stream for (seed, purpose, epoch, item)."""

    def __init__(self, seed, purpose, epoch=0, item=0):
        # Counter words (block, item, epoch, 0); NumPy counts up before its first block.
        counter = (item << 64 | epoch << 128) - 1
        self.bits = np.random.Philox(
            counter=counter % 2**256, key=np.array([seed, purpose], dtype=np.uint64))

    def next(self):
        return int(self.bits.random_raw())

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def chance(self, p):
        return self.uniform() < p

    def integer(self, bound):
        product = self.next() * bound
        if product % 2**64 < bound:
            threshold = (2**64 - bound) % bound
            while product % 2**64 < threshold:
                product = self.next() * bound
        return product >> 64

    def shuffle(self, values):
        for last in range(len(values) - 1, 0, -1):
            other = self.integer(last + 1)
            values[last], values[other] = values[other], values[last]


ORDER = 4  # the purpose of orders
SMALL = [6, 3, 1]


def small_split():
    """Classes interleaved, as the tests' census makes them."""
    return [c for round in range(max(SMALL)) for c in range(len(SMALL)) if round < SMALL[c]]


def order_once(g, split):
    order = list(range(len(split)))
    g.shuffle(order)
    return order


def order_masses(g, split, masses):
    members = [[i for i, c in enumerate(split) if c == k] for k in range(len(SMALL))]
    bounds = np.cumsum(np.array(masses) / sum(masses))
    order = []
    for _ in split:
        drawn = int(np.searchsorted(bounds, g.uniform() * bounds[-1], side="right"))
        order.append(members[drawn][g.integer(len(members[drawn]))])
    return order


def order_cyclic(g, split, run):
    members = [[i for i, c in enumerate(split) if c == k] for k in range(len(SMALL))]
    for m in members:
        g.shuffle(m)
    at = [0] * len(members)
    order, classes = [], list(range(len(members)))
    while len(order) < len(split):
        g.shuffle(classes)
        for c in classes:
            for _ in range(run):
                if len(order) == len(split):
                    break
                if at[c] == len(members[c]):
                    g.shuffle(members[c])
                    at[c] = 0
                order.append(members[c][at[c]])
                at[c] += 1
    return order


def order_repeat(g, split, factors):
    order = []
    for i, c in enumerate(split):
        whole = math.floor(factors[c])
        order += [i] * (whole + g.chance(factors[c] - whole))
    g.shuffle(order)
    return order


def order_errors(g, split, errors, gamma, floor):
    bounds = np.cumsum((floor + np.array(errors, dtype=np.float64)) ** gamma)
    return [int(np.searchsorted(bounds, g.uniform() * bounds[-1], side="right")) for _ in split]


def weights():
    out = []
    for counts in (COUNTS, EMPTY):
        n = np.array(counts, dtype=np.float64)
        p, total = n[n > 0], n.sum()
        for strategy, parameters, values in [
            ("cost-sensitive-weights", {}, p.min() / p),
            ("cost-sensitive-weights", {"gamma": 0.5}, (p.min() / p) ** 0.5),
            ("balanced-weights", {}, total / (len(p) * p)),
            ("smoothed-inverse-weights", {}, total / (len(p) * (p + 1))),
            ("generalized-weights", {}, (total / p) ** 1.2),
            ("generalized-weights", {"rho": 1}, total / p),
        ]:
            if strategy == "generalized-weights":
                values = values * len(p) / values.sum()
            w = np.zeros_like(n)
            w[n > 0] = values
            out.append({"counts": counts, "strategy": strategy, "parameters": parameters,
                        "values": w.tolist()})
    return out


def masses():
    out = []

    def add(counts, strategy, parameters, raw, **moment):
        raw = np.array(raw, dtype=np.float64)
        out.append({"counts": counts, "strategy": strategy, "parameters": parameters,
                    "values": (raw / raw.sum()).tolist(), **moment})

    for counts in (COUNTS, EMPTY):
        n = np.array(counts, dtype=np.float64)
        there = n > 0
        safe = np.where(there, n, 1)
        pi, equal = n / n.sum(), there / there.sum()
        add(counts, "cyclic-sampling", {}, equal)
        add(counts, "reverse-sampling", {}, there / safe)
        for beta in (0.9999, 0.99):
            add(counts, "effective-number-sampling", {"beta": beta},
                n * (1 - beta) / -np.expm1(safe * np.log(beta)))
        r = np.ceil(np.maximum(1, np.sqrt(1 / there.sum() / np.where(there, pi, 1))))
        add(counts, "repeat-factor-sampling", {"rounding": "up"}, n * r)
        add(counts, "progressive-sampling", {}, (pi + equal) / 2)
        for progress, share, balance in [(0, 0.2, 0), (0.4, 0.2, 0.5), (0.8, 0.2, 1), (0.5, 1, 0)]:
            add(counts, "progressive-sampling", {}, (1 - balance) * pi + balance * equal,
                progress=progress, epochShare=share)
        # Accuracy-driven: three validations, one class without validation images.
        history = [[(0.9 - 0.1 * c) * f if c != 2 else None for c in range(len(n))]
                   for f in (0.5, 0.0, 1.0)]
        smooth = [None] * len(n)
        for epoch in history:
            for c, recall in enumerate(epoch):
                if recall is not None:
                    before = recall if smooth[c] is None else smooth[c]
                    smooth[c] = 0.5 * before + 0.5 * recall
        known = [s for s in smooth if s is not None]
        smooth = np.array([np.mean(known) if s is None else s for s in smooth])
        for power, gamma, cap in [(1, 1, 10), (0.5, 2, 10), (0, 1, 1.5)]:
            raw = np.where(there, safe**power * (1 - smooth + 0.05) ** gamma, 0)
            m = raw / raw.sum()
            limit, capped = cap / there.sum(), set()
            result = m.copy()
            while (result > limit * (1 + 1e-12)).any():
                capped |= set(np.flatnonzero(result > limit * (1 + 1e-12)).tolist())
                rest = [c for c in range(len(n)) if c not in capped]
                left = 1 - limit * len(capped)
                result = np.array([
                    limit if c in capped else m[c] / m[rest].sum() * left for c in range(len(n))])
            add(counts, "accuracy-driven-sampling", {"power": power, "gamma": gamma, "cap": cap},
                result, recalls=history)
    return out


def orders():
    split = small_split()
    out = []
    errors = [round(0.1 * (i % 7) + 0.05, 3) for i in range(len(split))]
    n = np.array(SMALL, dtype=np.float64)
    pi = n / n.sum()
    for index in (0, 3):
        def g():
            return Generator(7, ORDER, epoch=index)
        out += [
            {"strategy": "baseline", "parameters": {}, "values": order_once(g(), split)},
            {"strategy": "class-balanced-sampling", "parameters": {},
             "values": order_masses(g(), split, [1, 1, 1])},
            {"strategy": "sqrt-sampling", "parameters": {},
             "values": order_masses(g(), split, np.sqrt(n))},
            {"strategy": "reverse-sampling", "parameters": {},
             "values": order_masses(g(), split, 1 / n)},
            {"strategy": "progressive-sampling", "parameters": {}, "progress": 0.5,
             "epochShare": 0.25,
             "values": order_masses(g(), split, pi * (1 - 2 / 3) + 2 / 3 / 3)},
            {"strategy": "cyclic-sampling", "parameters": {"run": 2},
             "values": order_cyclic(g(), split, 2)},
            {"strategy": "repeat-factor-sampling", "parameters": {},
             "values": order_repeat(g(), split, np.maximum(1, np.sqrt(1 / 3 / pi)))},
            {"strategy": "hard-example-sampling", "parameters": {}, "errors": errors,
             "values": order_errors(g(), split, np.float32(errors), 1, 0.1)},
        ]
        for case in out[-8:]:
            case.update({"pass": index, "counts": SMALL})
    return out


def operations():
    rng = np.random.default_rng(5)
    pixels = rng.integers(20, 236, (7, 6, 3)).astype(np.uint8)
    image = Image.fromarray(pixels)
    out = []
    for name, amount, result in [
        ("autocontrast", 0, ImageOps.autocontrast(image)),
        ("equalize", 0, ImageOps.equalize(image)),
        ("solarize", 0.5, ImageOps.solarize(image, 128)),
        ("posterize", 3, ImageOps.posterize(image, 3)),
        ("brightness", 0.3, ImageEnhance.Brightness(image).enhance(1.3)),
        ("color", -0.4, ImageEnhance.Color(image).enhance(0.6)),
        ("contrast", 0.5, ImageEnhance.Contrast(image).enhance(1.5)),
        ("sharpness", 0.8, ImageEnhance.Sharpness(image).enhance(1.8)),
    ]:
        out.append({"operation": name, "amount": amount,
                    "values": np.asarray(result).flatten().tolist()})
    return {"height": 7, "width": 6, "pixels": pixels.flatten().tolist(), "cases": out}


def main():
    golden = {"weights": weights(), "masses": masses(), "orders": orders(),
              "operations": operations()}
    path = pathlib.Path(__file__).parent.parent / "StrategiesTests" / "Fixtures" / "samplers.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes, numpy", np.__version__, "pillow", PIL.__version__)


if __name__ == "__main__":
    main()
