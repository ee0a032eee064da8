"""Golden numbers of deferred re-weighting and re-sampling and of the decoupled second stages, from
PyTorch's autograd in double precision.

Pinned: torch 2.13.0. Deterministic. Run from the package's root:

    python Tests/References/strategies_schedules.py

writes Tests/StrategiesTests/Fixtures/schedules.json and Tests/NetworksTests/Fixtures/scaling.json.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
TESTS = pathlib.Path(__file__).parent.parent
COUNTS = [500, 120, 33, 8, 1]


def effective_number(n, beta):
    w = (1 - beta) / (1 - beta**n)
    return w * len(n) / w.sum()


def losses():
    """Every phase's loss and gradient of every schedule on one batch."""
    generator = torch.Generator().manual_seed(5)
    z = (torch.randn(7, 5, generator=generator) * 2).float().double()
    y = torch.tensor([0, 4, 2, 3, 1, 0, 2])
    n = torch.tensor(COUNTS, dtype=torch.float64)
    late = effective_number(n, 0.9999)
    margins = 30 * 0.5 * (n.min() / n) ** 0.25

    def ce(u, w=None):
        return F.cross_entropy(u, y, weight=w)

    def ldam(u, w=None):
        return ce(u - margins * F.one_hot(y, 5), w)

    cases = [
        ("deferred-reweighting", {}, [lambda u: ce(u), lambda u: ce(u, late)]),
        ("deferred-reweighting", {"weighting": "inverse-weights", "loss": "balanced-softmax"},
         [lambda u: ce(u + n.log()), lambda u: ce(u + n.log(), 1 / n)]),
        ("deferred-resampling", {}, [ce, ce]),
        # With classes drawn alike the prior is the same for all of them.
        ("deferred-resampling", {"loss": "balanced-softmax"}, [lambda u: ce(u + n.log()), ce]),
        ("ldam-drw", {}, [ldam, lambda u: ldam(u, late)]),
        ("classifier-retraining", {}, [ce, ce]),
        ("learnable-weight-scaling", {}, [ce, ce]),
    ]
    out = []
    for strategy, parameters, phases in cases:
        values = []
        for phase in phases:
            u = z.clone().requires_grad_(True)
            loss = phase(u)
            loss.backward()
            values.append({"loss": loss.item(), "gradient": u.grad.flatten().tolist()})
        out.append({"strategy": strategy, "parameters": parameters, "phases": values})
    return {"counts": COUNTS, "logits": z.flatten().tolist(), "labels": y.tolist(), "cases": out}


def scaling():
    """Ten steps of SGD with momentum on one factor a row of w; h, w and b stand still."""
    generator = torch.Generator().manual_seed(6)
    h = torch.randn(10, 6, 9, generator=generator).float().double()
    w = torch.randn(4, 9, generator=generator).float().double()
    b = torch.randn(4, generator=generator).float().double()
    y = torch.randint(0, 4, (10, 6), generator=generator)
    s = torch.ones(4, requires_grad=True)
    optimizer = torch.optim.SGD([s], lr=0.1, momentum=0.9)
    gradients = []
    for step in range(10):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (1 + math.cos(math.pi * step / 10)) / 2
        optimizer.zero_grad()
        F.cross_entropy(h[step] @ (w * s[:, None]).T + b, y[step]).backward()
        gradients.append(s.grad.tolist())
        optimizer.step()
    return {
        "h": h.flatten().tolist(), "w": w.flatten().tolist(), "b": b.tolist(),
        "labels": y.flatten().tolist(), "gradients": gradients, "factors": s.tolist(),
        "weights": (w * s[:, None]).flatten().tolist(),
    }


for room, name, golden in [
    ("StrategiesTests", "schedules", losses()), ("NetworksTests", "scaling", scaling()),
]:
    path = TESTS / room / "Fixtures" / f"{name}.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes, torch", torch.__version__)
