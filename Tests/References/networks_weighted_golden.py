"""Golden numbers for class-weighted losses in both reductions, made with PyTorch in double precision.

Versions: torch==2.13.0, numpy. Run: python Tests/References/networks_weighted_golden.py

Networks, weights and inputs are those of networks_golden.py, whose golden.json must be there: its
first batches keep clear of the edges of ReLU. Labels and class weights come from the same generator.
"""

import json
import os

import numpy as np
import torch
import torch.nn.functional as F

from networks_golden import (
    BLOCKS, NETWORKS, TESTING, ResNet, error, initialize, real, stable_hash, statistics, stream,
    summary, uniform,
)

NAMES = ("resnet18-imagenet", "resnet50-imagenet")
STEPS = 3


def draws(name, n):
    return uniform(11, TESTING, n, item=stable_hash(name))


def train(case, variant, reduction, dtype):
    name, architecture, stem, divisor, hidden, batch, height, width, classes = case
    blocks, base, bottleneck = BLOCKS[architecture]
    model = ResNet(blocks, base // divisor, bottleneck, stem == "small", classes, False, hidden)
    initialize(model, 3)
    start = {n: p.detach().clone().double() for n, p in real(model).items()}
    model = model.to(dtype)
    weights = (0.25 + 2 * draws(f"{name}/class weights", classes)).astype(np.float32)
    weights = torch.from_numpy(weights).to(dtype)
    optimizer = torch.optim.SGD(
        list(real(model).values()), lr=0.005 * (0.1 if bottleneck else 1), momentum=0.9,
        weight_decay=5e-4,
    )
    results, losses, labels = {}, [], []
    for step in range(STEPS):
        x = stream(f"{name}/{variant}/x{step}", batch * height * width * 3)
        x = torch.from_numpy(x.reshape(batch, height, width, 3)).permute(0, 3, 1, 2).to(dtype)
        y = torch.from_numpy((draws(f"{name}/labels{step}", batch) * classes).astype(np.int64))
        model.train()
        optimizer.zero_grad()
        logits = model(x)
        if reduction == "mean_over_weights":
            loss = F.cross_entropy(logits, y, weights)
        else:
            loss = F.cross_entropy(logits, y, weights, reduction="sum") / batch
        loss.backward()
        losses.append(loss.detach().double())
        labels.append(y.tolist())
        if step == 0:
            results["logits"] = logits.detach()
            for n, p in real(model).items():
                results[f"gradient/{n}"] = p.grad.clone()
        optimizer.step()
    for n, p in real(model).items():
        results[f"sgd/{n}"] = p.detach().double() - start[n]
    for n, b in statistics(model).items():
        results[f"statistics/{n}"] = b.clone()
    model.eval()
    results["evaluation"] = model(x).detach()
    results["losses"] = torch.stack(losses)
    return results, labels, weights.tolist()


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    folder = os.path.join(here, "..", "NetworksTests", "Fixtures")
    with open(os.path.join(folder, "golden.json")) as file:
        variants = {n["name"]: n["variant"] for n in json.load(file)["networks"]}
    cases = []
    keys = "name architecture stem divisor hidden batch height width classes".split()
    for case in (c for c in NETWORKS if c[0] in NAMES):
        for reduction in ("mean_over_weights", "mean_over_examples"):
            variant = variants[case[0]]
            exact, labels, weights = train(case, variant, reduction, torch.float64)
            single, _, _ = train(case, variant, reduction, torch.float32)
            worst = {}
            for n in exact:
                kind = n.split("/")[0]
                worst[kind] = max(worst.get(kind, 0), error(single[n], exact[n]))
            print(case[0], reduction, {k: f"{v:.1e}" for k, v in worst.items()})
            cases.append(
                dict(zip(keys, case)) | {
                    "variant": variant, "rate": 0.1 if BLOCKS[case[1]][2] else 1,
                    "reduction": reduction, "classWeights": weights, "labels": labels,
                    "losses": exact["losses"].tolist(), "singlePrecision": worst,
                    "tensors": {n: summary(n, t) for n, t in exact.items()},
                }
            )
    document = {"torch": torch.__version__, "cases": cases}
    with open(os.path.join(folder, "weighted.json"), "w") as file:
        json.dump(document, file, separators=(",", ":"), sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
