"""Golden numbers of the losses, from PyTorch's autograd in double precision.

Pinned: torch 2.13.0, numpy 2.4.6. Deterministic. Run from the package's root:

    python Tests/References/strategies_losses.py

writes Tests/StrategiesTests/Fixtures/losses.json. Every loss is written from its paper's formula as
l(z, c): one number a row if its class were c; the batch's loss is sum_i sum_c t_ic w_c l(z_i, c) / D.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

CENSUSES = {
    "long_tail": [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50],
    "equal": [40, 40, 40, 40],
    "empty_and_single": [7, 0, 1, 40, 33, 0, 2],
    "one_class": [9],
}


def batches():
    generator = torch.Generator().manual_seed(41)
    out = {}
    for name, census, rows, scale, soft in [
        ("hard", "long_tail", 6, 2.0, False),
        ("soft", "long_tail", 5, 2.0, True),
        ("one_row", "long_tail", 1, 1.5, False),
        ("extreme", "long_tail", 4, 1e4, False),
        ("confident", "equal", 4, 30.0, False),
        ("equal", "equal", 5, 1.0, False),
        ("empty", "empty_and_single", 6, 2.0, False),
        ("one_class", "one_class", 3, 2.0, False),
    ]:
        counts = CENSUSES[census]
        present = [c for c, n in enumerate(counts) if n > 0]
        z = (torch.randn(rows, len(counts), generator=generator) * scale).float()
        y = torch.tensor([
            present[i] for i in torch.randint(0, len(present), (rows,), generator=generator)])
        t = F.one_hot(y, len(counts)).double()
        if soft:  # mixed pairs
            other = torch.tensor([present[(i * 3 + 1) % len(present)] for i in range(rows)])
            share = torch.rand(rows, 1, generator=generator)
            t = share * t + (1 - share) * F.one_hot(other, len(counts)).double()
        h = torch.randn(rows, 3, generator=generator).float()
        out[name] = {
            "census": census, "classes": len(counts), "logits": z.flatten().tolist(),
            "targets": t.float().flatten().tolist(), "features": h.flatten().tolist(),
        }
    return out


def weights_of(kind, n):
    w = torch.zeros_like(n)
    p = n[n > 0]
    if kind is None:
        w[n > 0] = 1.0
        return w
    if kind == "inverse-weights":
        v = 1 / p
    else:  # effective-number-weights, beta = 0.9999
        v = (1 - 0.9999) / -torch.expm1(p * math.log(0.9999))
    w[n > 0] = v * len(p) / v.sum()
    return w


def log_prior(n):
    return torch.where(n > 0, torch.log(n / n.sum()), torch.tensor(-math.inf))


def ce(u, c):
    """Cross-entropy of adjusted logits, every row of class c."""
    return F.cross_entropy(u, torch.full((len(u),), c), reduction="none")


def probabilities(u, c):
    """p_c and 1 - p_c without cancellation."""
    lse = torch.logsumexp(u, 1)
    rest = torch.cat([u[:, :c], u[:, c + 1:]], 1)
    if rest.shape[1] == 0:
        return torch.ones(len(u)) + 0 * u[:, c], 0 * u[:, c]
    return torch.exp(u[:, c] - lse), torch.exp(torch.logsumexp(rest, 1) - lse)


def label_losses(strategy, q, n):
    """The function l(z, c, extra) of a strategy with parameters q for counts n."""
    present = n[n > 0]
    most, least = present.max(), present.min()
    safe = torch.where(n > 0, n, torch.ones_like(n))
    mask = torch.where(n > 0, 0.0, -math.inf)
    if strategy == "focal":
        def focal(z, c, x):
            p, wrong = probabilities(z, c)
            g = q.get("gamma", 2.0)
            # log p of the smaller error; clamp keeps 0**g off the tape.
            l = ce(z, c)
            return torch.where(
                wrong > 0, torch.clamp(wrong, min=1e-320) ** g * l, 0 * l)
        return focal
    if strategy == "class-balanced-focal":
        def sigmoid_focal(z, c, x):
            t = torch.zeros_like(z)
            t[:, c] = 1
            bce = F.binary_cross_entropy_with_logits(z, t, reduction="none")
            signed = torch.where(t > 0, z, -z)
            # softplus without overflow: max(x, 0) + log(1 + e^-|x|)
            soft = torch.clamp(signed, min=0) + torch.log1p(torch.exp(-signed.abs()))
            return (torch.exp(-q.get("gamma", 1.0) * soft) * bce).sum(1)
        return sigmoid_focal
    if strategy == "ldam":
        m = torch.where(n > 0, q.get("margin", 0.5) * (least / safe) ** 0.25, 0.0)
        s = q.get("scale", 30.0)

        def ldam(z, c, x):
            cosine = z / s
            lowered = cosine.clone()
            lowered[:, c] = cosine[:, c] - m[c]
            return ce(s * lowered, c)
        return ldam
    if strategy == "balanced-softmax":
        logn = torch.where(n > 0, torch.log(safe), torch.tensor(-math.inf))
        return lambda z, c, x: ce(z + logn, c)
    if strategy == "logit-adjustment":
        tau = q.get("tau", 1.0)
        adjust = torch.where(n > 0, tau * torch.log(safe / n.sum()), torch.tensor(-math.inf))
        return lambda z, c, x: ce(z + adjust, c)
    if strategy == "vector-scaling":
        delta = (most / safe) ** q.get("gamma", 0.3)
        adjust = torch.where(
            n > 0, q.get("tau", 1.0) * torch.log(safe / n.sum()), torch.tensor(-math.inf))
        return lambda z, c, x: ce(z / delta + adjust, c)
    if strategy == "class-dependent-temperatures":
        a = (most / safe) ** q.get("gamma", 0.2)
        return lambda z, c, x: ce(z / a + mask, c)
    if strategy == "lade":
        return lambda z, c, x: ce(z + log_prior(n), c)
    if strategy == "softmax-equalization":
        rare = n / n.sum() < q.get("lambda", 0.05)
        assert q["gamma"] in (0, 1)

        def seql(z, c, x):
            out = (rare & (q["gamma"] == 1)) | (n == 0)
            out = out.clone()
            out[c] = False
            return ce(z + torch.where(out, -math.inf, 0.0), c)
        return seql
    if strategy == "seesaw":
        def seesaw(z, c, x):
            seen = torch.clamp(x["counts"], min=1)
            mitigation = torch.clamp(seen / seen[c], max=1) ** q.get("p", 0.8)
            sigma = torch.softmax(z.detach(), 1)
            ratio = sigma / torch.clamp(sigma[:, c:c + 1], min=1e-2)
            factor = mitigation * torch.clamp(ratio, min=1) ** q.get("q", 2.0)
            shift = torch.log(factor)
            shift[:, c] = 0
            return ce(z + shift, c)
        return seesaw
    if strategy == "influence-balanced":
        def influence(z, c, x):
            _, wrong = probabilities(z, c)
            norm = x["features"].abs().sum(1)
            return q.get("alpha", 1000.0) / (2 * wrong * norm + 1e-3) * ce(z, c)
        return influence
    if strategy == "label-smoothing":
        return lambda z, c, x: F.cross_entropy(
            z, torch.full((len(z),), c), label_smoothing=q.get("epsilon", 0.1), reduction="none")
    if strategy == "label-aware-smoothing":
        head, tail = q.get("head", 0.4), q.get("tail", 0.1)
        eps = [
            head if most == least else
            tail + (head - tail) * math.sin(math.pi * (k - least) / (2 * (most - least)))
            for k in n.tolist()]

        def smoothing(z, c, x):
            logp = torch.log_softmax(z, 1)
            return -(1 - eps[c]) * logp[:, c] - eps[c] * logp.mean(1)
        return smoothing
    raise KeyError(strategy)


def lade_regulariser(z, t, n, q):
    pi = n / n.sum()
    total = 0.0
    for c in range(len(n)):
        if n[c] == 0:
            continue
        spread = z[:, c] - torch.log(pi[c]) + math.log(1 / len(n))
        first = (t[:, c] * z[:, c]).sum() / (t[:, c].sum() + 1e-8)
        term = torch.logsumexp(spread, 0) - math.log(len(z))
        total = total - pi[c] * (first - term - q.get("lambda", 0.1) * term ** 2)
    return q.get("weight", 0.1) * total


OWN_WEIGHTS = {"class-balanced-focal": "effective-number-weights",
               "influence-balanced": "inverse-weights"}

VARIANTS = [
    ("focal", {}), ("focal", {"gamma": 0.5}), ("focal", {"gamma": 0}),
    ("class-balanced-focal", {}), ("class-balanced-focal", {"gamma": 0.5}),
    ("ldam", {}), ("ldam", {"margin": 0.3, "scale": 10}),
    ("balanced-softmax", {}), ("logit-adjustment", {}), ("logit-adjustment", {"tau": 1.5}),
    ("vector-scaling", {}), ("class-dependent-temperatures", {}),
    ("lade", {}), ("lade", {"weight": 1, "lambda": 0.5}),
    ("softmax-equalization", {"gamma": 1}), ("softmax-equalization", {"gamma": 0}),
    ("seesaw", {}), ("influence-balanced", {}), ("label-smoothing", {}),
    ("label-aware-smoothing", {}),
]


def main():
    every = batches()
    cases = []
    for strategy, q in VARIANTS:
        is_default = not q or strategy == "softmax-equalization"
        for name, b in every.items():
            if not is_default and name not in ("hard", "confident"):
                continue
            kinds = [OWN_WEIGHTS.get(strategy)]
            if strategy not in OWN_WEIGHTS and is_default and name in ("hard", "soft", "one_row"):
                kinds.append("effective-number-weights")
            for kind in kinds:
                n = torch.tensor(CENSUSES[b["census"]], dtype=torch.float64)
                shape = (-1, b["classes"])
                z = torch.tensor(b["logits"]).reshape(shape).requires_grad_(True)
                t = torch.tensor(b["targets"]).reshape(shape)
                h = torch.tensor(b["features"]).reshape(len(z), -1).requires_grad_(True)
                w = weights_of(kind, n)
                extra = {"features": h, "counts": t.sum(0)}
                after = None
                if strategy == "seesaw" and name == "soft":
                    after = "hard"
                    extra["counts"] = extra["counts"] + torch.tensor(
                        every["hard"]["targets"]).reshape(shape).sum(0)
                l = label_losses(strategy, q, n)
                mass = t * w
                total = sum(
                    (mass[:, c] * l(z, c, extra)).sum()
                    for c in range(b["classes"]) if mass[:, c].sum() > 0)
                by_weights = kind is not None and strategy not in OWN_WEIGHTS
                loss = total / (mass.sum() if by_weights else len(z))
                if strategy == "lade":
                    loss = loss + lade_regulariser(z, t, n, q)
                loss.backward()
                parameters = dict(q)
                if by_weights:
                    parameters["class_weights"] = kind
                cases.append({
                    "strategy": strategy, "parameters": parameters, "batch": name, "after": after,
                    "loss": loss.item(), "gradient": z.grad.flatten().tolist(),
                    "featureGradient":
                        h.grad.flatten().tolist() if strategy == "influence-balanced" else None,
                })
                assert all(map(math.isfinite, cases[-1]["gradient"])), (strategy, q, name)
                assert math.isfinite(cases[-1]["loss"]), (strategy, q, name)
    golden = {"censuses": CENSUSES, "batches": every, "cases": cases}
    path = pathlib.Path(__file__).parent.parent / "StrategiesTests" / "Fixtures" / "losses.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes,", len(cases), "cases, torch", torch.__version__,
          "numpy", np.__version__)


main()
