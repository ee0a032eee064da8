"""Golden numbers of post-hoc methods, of heads trained alone, and of deferral on odd censuses.

Pinned: torch==2.13.0, numpy (any 2.x). Run: python Tests/References/strategies_posthoc.py
Writes Tests/StrategiesTests/Fixtures/post-hoc.json and Tests/NetworksTests/Fixtures/head.json.
"""

import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
ROOT = pathlib.Path(__file__).resolve().parent.parent
COUNTS = {
    "tail": [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50],
    "one": [7],
    "rare": [90, 1, 40, 2],
    "even": [30, 30, 30],
}


def numbers(generator, *shape):
    """Normal numbers that single precision holds exactly."""
    return np.float64(np.float32(generator.standard_normal(shape)))


def effective(counts, beta):
    weights = np.array([(1 - beta) / -np.expm1(n * np.log(beta)) for n in counts])
    return weights * len(counts) / weights.sum()


def loss_and_gradient(logits, labels, weights, margins=None, scale=1.0):
    z = torch.tensor(logits, requires_grad=True)
    shifted = z
    if margins is not None:
        hot = torch.nn.functional.one_hot(torch.tensor(labels), z.shape[1])
        shifted = z - scale * torch.tensor(margins) * hot
    value = torch.nn.functional.cross_entropy(
        shifted, torch.tensor(labels), weight=None if weights is None else torch.tensor(weights))
    value.backward()
    return value.item(), z.grad.flatten().tolist()


def deferred():
    generator = np.random.default_rng(5)
    cases = []
    for name, counts in COUNTS.items():
        classes = len(counts)
        for rows in (1, 6):
            logits = numbers(generator, rows, classes) * 2
            logits = np.float64(np.float32(logits))
            labels = [int(i) for i in generator.integers(0, classes, rows)]
            weights = effective(counts, 0.9999)
            quarter = np.array(counts, float) ** -0.25
            margins = 0.5 * quarter / quarter.max()
            for strategy, m, s in (
                ("deferred-reweighting", None, 1.0), ("ldam-drw", margins, 30.0)):
                early = loss_and_gradient(logits, labels, None, m, s)
                late = loss_and_gradient(logits, labels, weights, m, s)
                cases.append(dict(
                    strategy=strategy, counts=counts, logits=logits.flatten().tolist(),
                    labels=labels, weights=weights.tolist(),
                    losses=[early[0], late[0]], gradients=[early[1], late[1]]))
    return cases


def post_hoc():
    generator = np.random.default_rng(6)
    cases = []
    for name, counts in COUNTS.items():
        classes, width, rows = len(counts), 6, 9
        w, b = numbers(generator, classes, width), numbers(generator, classes)
        h = np.abs(numbers(generator, rows, width))
        m = np.abs(numbers(generator, classes, width))
        prior = np.array(counts) / sum(counts)
        W, B, H, M = (torch.tensor(x) for x in (w, b, h, m))
        plain = torch.nn.functional.linear(H, W, B)
        taus = [0.0, 0.3, 1.0, 2.0]
        cases.append(dict(
            counts=counts, weights=w.flatten().tolist(), bias=b.tolist(),
            features=h.flatten().tolist(), means=m.tolist(), taus=taus,
            adjusted=[(plain - t * torch.log(torch.tensor(prior))).flatten().tolist()
                      for t in taus],
            normalized=[
                torch.nn.functional.linear(H, W / W.norm(dim=1, keepdim=True) ** t)
                .flatten().tolist() for t in taus],
            cosine=[int(i) for i in torch.nn.functional.cosine_similarity(
                H[:, None], M[None], dim=2).argmax(1)],
            unitMeans=[int(i) for i in torch.cdist(
                H, torch.nn.functional.normalize(M)).argmin(1)],
            euclidean=[int(i) for i in torch.cdist(H, M).argmin(1)]))
    return cases


def head():
    """Phases of the head alone: SGD on a linear classifier, and on one factor a class."""
    generator = np.random.default_rng(7)
    rows, width, classes, steps = 6, 4, 3, 12
    h = np.abs(numbers(generator, steps, rows, width))
    labels = generator.integers(0, classes, (steps, rows))
    w, b = numbers(generator, classes, width), numbers(generator, classes)
    out = dict(rows=rows, width=width, classes=classes, features=h.reshape(steps, -1).tolist(),
               labels=labels.tolist(), weights=w.flatten().tolist(), bias=b.tolist(),
               learningRate=0.1, momentum=0.9, decay=0.01)
    for kind in ("head", "scales"):
        W, B = torch.tensor(w, requires_grad=kind == "head"), torch.tensor(b)
        B.requires_grad_(kind == "head")
        S = torch.ones(classes, requires_grad=kind == "scales")
        learned = [W, B] if kind == "head" else [S]
        rule = torch.optim.SGD(learned, lr=0.1, momentum=0.9, weight_decay=0.01)
        first = None
        for step in range(steps):
            logits = torch.nn.functional.linear(
                torch.tensor(h[step]), S[:, None] * W if kind == "scales" else W, B)
            loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels[step]))
            rule.zero_grad()
            loss.backward()
            if first is None:
                first = dict(logits=logits.flatten().tolist(),
                             gradient=learned[0].grad.flatten().tolist())
            rule.step()
        final = (S[:, None] * W if kind == "scales" else W).detach()
        out[kind] = dict(first=first, weights=final.flatten().tolist(),
                         bias=B.detach().tolist(), scales=S.detach().tolist())
    return out


def main():
    schedules = dict(deferred=deferred(), postHoc=post_hoc())
    (ROOT / "StrategiesTests/Fixtures/post-hoc.json").write_text(json.dumps(schedules))
    (ROOT / "NetworksTests/Fixtures/head.json").write_text(json.dumps(head()))


main()
