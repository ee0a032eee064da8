"""Golden numbers for Tests/StrategiesTests, from NumPy and PyTorch in double precision.

Pinned: numpy 2.4.6, torch 2.13.0. Deterministic. Run from the package's root:

    python Tests/References/strategies_golden.py

writes Tests/StrategiesTests/Fixtures/strategies.json.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

CENSUSES = {
    "cifar10_lt_100": [int(5000 * 0.01 ** (i / 9)) for i in range(10)],
    "with_empty_and_single": [7, 0, 1, 400000, 33, 0, 2],
    "balanced": [12, 12, 12],
}


def weights(counts, kind, beta=0.9999):
    n = np.array(counts, dtype=np.float64)
    present = n > 0
    w = np.zeros_like(n)
    p = n[present]
    w[present] = {
        "inverse-weights": lambda: 1 / p,
        "max-ratio-weights": lambda: p.max() / p,
        "sqrt-inverse-weights": lambda: p**-0.5,
        "effective-number-weights": lambda: (1 - beta) / -np.expm1(p * np.log(beta)),
    }[kind]()
    return w


def normalized(w, counts, how):
    n = np.array(counts, dtype=np.float64)
    if how == "mean_over_classes":
        return w * (n > 0).sum() / w.sum()
    if how == "mean_over_examples":
        return w / ((n / n.sum()) * w).sum()
    return w


def sampler_masses(counts):
    n = np.array(counts, dtype=np.float64)
    present = n > 0
    f = n / n.sum()
    out = {"class-balanced": present / present.sum()}
    for q in (0.5, 0.25, 0.0, 1.0):
        m = np.where(present, n**q, 0)
        out[f"power-{q}"] = m / m.sum()
    for t in (0.1, 0.05, 1 / present.sum()):
        with np.errstate(divide="ignore"):
            r = np.where(present, np.maximum(1, np.sqrt(t / np.where(present, f, 1))), 1)
        out[f"repeat-{'default' if t not in (0.1, 0.05) else t}"] = r * n / (r * n).sum()
    for to in (n[present].min(), 30):
        m = np.minimum(n, to)
        out[f"under-{'default' if to != 30 else 30}"] = m / m.sum()
    return {k: v.tolist() for k, v in out.items()}


def cross_entropy_cases():
    generator = torch.Generator().manual_seed(20)
    cases = []
    for name, rows, classes, scale, soft in [
        ("hard", 16, 10, 2.0, False),
        ("soft", 16, 10, 2.0, True),
        ("batch of one", 1, 5, 1.0, False),
        ("extreme logits", 6, 4, 1e4, False),
    ]:
        # Logits and targets are rounded to single precision first: both sides see the same.
        z = (torch.randn(rows, classes, generator=generator, dtype=torch.float64) * scale).float()
        y = torch.randint(0, classes, (rows,), generator=generator)
        w = torch.rand(classes, generator=generator, dtype=torch.float64) * 3 + 0.05
        t = F.one_hot(y, classes).float()
        if soft:
            t = torch.softmax(
                torch.randn(rows, classes, generator=generator, dtype=torch.float64), 1
            ).float()
        for weighted in (False, True):
            for reduction in ("mean_over_examples", "mean_over_weights"):
                logits = z.double().requires_grad_(True)
                weight = w if weighted else torch.ones_like(w)
                target = t.double() if soft else y
                total = F.cross_entropy(logits, target, weight=weight, reduction="sum")
                mass = (t.double() * weight).sum()
                loss = total / (rows if reduction == "mean_over_examples" else mass)
                # Where PyTorch has the same reduction itself, take its own number.
                if not soft and reduction == "mean_over_weights":
                    own = F.cross_entropy(logits, target, weight=weight)
                    assert torch.allclose(own, loss, rtol=1e-14), (own, loss)
                    loss = own
                if soft and reduction == "mean_over_examples":
                    own = F.cross_entropy(logits, target, weight=weight)
                    assert torch.allclose(own, loss, rtol=1e-14), (own, loss)
                    loss = own
                loss.backward()
                cases.append({
                    "name": f"{name}, {'weighted' if weighted else 'plain'}, {reduction}",
                    "rows": rows,
                    "classes": classes,
                    "logits": z.flatten().tolist(),
                    "targets": t.flatten().tolist(),
                    "weights": w.tolist() if weighted else None,
                    "reduction": reduction,
                    "loss": loss.item(),
                    "gradient": logits.grad.flatten().tolist(),
                })
    return cases


def label_smoothing_numerator():
    """PyTorch's label smoothing with class indices and weights: numerator as with soft targets."""
    generator = torch.Generator().manual_seed(3)
    z = torch.randn(8, 6, generator=generator, dtype=torch.float64)
    y = torch.randint(0, 6, (8,), generator=generator)
    w = torch.rand(6, generator=generator, dtype=torch.float64) + 0.1
    t = F.one_hot(y, 6).double() * 0.9 + 0.1 / 6
    smoothed = F.cross_entropy(z, y, weight=w, label_smoothing=0.1, reduction="sum")
    soft = F.cross_entropy(z, t, weight=w, reduction="sum")
    assert torch.allclose(smoothed, soft, rtol=1e-14)
    mean = F.cross_entropy(z, y, weight=w, label_smoothing=0.1)
    assert torch.allclose(mean, soft / w[y].sum(), rtol=1e-14)


def main():
    label_smoothing_numerator()
    weight_cases = []
    for census, counts in CENSUSES.items():
        for kind in ("inverse-weights", "max-ratio-weights", "sqrt-inverse-weights"):
            for how in ("none", "mean_over_classes", "mean_over_examples"):
                weight_cases.append({
                    "counts": counts, "strategy": kind, "normalization": how,
                    "weights": normalized(weights(counts, kind), counts, how).tolist(),
                })
        for beta in (0.9, 0.99, 0.999, 0.9999, 0.999999):
            for how in ("none", "mean_over_classes", "mean_over_examples"):
                w = weights(counts, "effective-number-weights", beta)
                weight_cases.append({
                    "counts": counts, "strategy": "effective-number-weights", "beta": beta,
                    "normalization": how, "weights": normalized(w, counts, how).tolist(),
                })
    golden = {
        "weights": weight_cases,
        "samplers": [
            {"counts": counts, "masses": sampler_masses(counts)} for counts in CENSUSES.values()
        ],
        "cross_entropy": cross_entropy_cases(),
    }
    path = pathlib.Path(__file__).parent.parent / "StrategiesTests" / "Fixtures" / "strategies.json"
    path.write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes, torch", torch.__version__, "numpy", np.__version__)


main()
