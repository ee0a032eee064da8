"""A real training in Counterpoise against PyTorch: same images, split, recipe; several seeds each.

    python Benchmarks/compare_curves.py --data DIR [--seeds 3] [--epochs 8] [--size 64]

DIR holds styles.csv and images/ of the Kaggle "Fashion Product Images". The images are decoded and
resized once, here, so that both sides see the same bytes; the split is drawn here and given to both
as lists. Both start from the same distribution of weights, take the same number of full batches,
warm up and decay alike, mirror half of the images, choose the epoch with the best macro recall on
validation and test its weights. Ours runs with and without Winograd.

Everything lands in --work (Benchmarks/out/curves); what is there already is not made again, so an
interrupted comparison continues. Versions: requirements.txt.
"""

import argparse
import csv
import json
import math
import pathlib
import random
import sqlite3
import statistics
import subprocess
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from measuring import HERE, POISE
from torch_resnet import LAYOUTS, ResNet

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
EXPERIMENT = """
name: curves-{policy}
dataset:
  name: curves
  format: csv
  root: {root}
  file: table.csv
  id: id
  label: label
  image: images/{{id}}.png
split: {{test: {{lists: {{train: train.txt, validation: validation.txt, test: test.txt}}}}}}
image: {{size: {size}}}
model: {{architecture: {arch}, convolution: {policy}}}
training:
  epochs: {epochs}
  batch: {batch}
  optimizer: {{learning_rate: {rate}, momentum: 0.9, weight_decay: 5e-4}}
  schedule: {{curve: cosine, warmup_epochs: {warmup}}}
  select_by: macro_recall
augmentation: [horizontal_flip]
strategies: {{baseline: {{}}}}
seeds: {seeds}
"""


def prepare(a):
    """Images, table and lists in the work folder; returns the examples of each split."""
    with open(a.data / "styles.csv", newline="", encoding="utf-8", errors="replace") as file:
        rows = [(r["id"], r["articleType"]) for r in csv.DictReader(file)]
    rows = [(i, label) for i, label in rows if (a.data / "images" / f"{i}.jpg").exists()]
    draw = random.Random(1)
    draw.shuffle(rows)
    rows = rows[: a.limit] if a.limit else rows
    classes = {}
    for example, label in rows:
        classes.setdefault(label, []).append(example)
    classes = {label: ids for label, ids in sorted(classes.items()) if len(ids) >= a.min_images}
    folder = a.work / "images"
    folder.mkdir(parents=True, exist_ok=True)
    splits = {"train": [], "validation": [], "test": []}
    for index, (label, ids) in enumerate(classes.items()):
        tests = max(1, round(0.2 * len(ids)))
        validations = max(1, round(0.1 * (len(ids) - tests)))
        for position, example in enumerate(ids):
            split = ("test" if position < tests
                     else "validation" if position < tests + validations else "train")
            splits[split].append((example, index))
            target = folder / f"{example}.png"
            if not target.exists():
                image = Image.open(a.data / "images" / f"{example}.jpg").convert("RGB")
                image.resize((a.size, a.size), Image.Resampling.BILINEAR).save(target)
    with open(a.work / "table.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "label"])
        table.writerows((i, label) for label, ids in classes.items() for i in ids)
    for split, examples in splits.items():
        (a.work / f"{split}.txt").write_text("".join(f"{i}\n" for i, _ in examples))
    print(f"{len(classes)} classes;", ", ".join(f"{s} {len(e)}" for s, e in splits.items()))
    return splits, len(classes)


def tensors(a, examples):
    """Bytes N×3×H×W and class indices."""
    files = (a.work / "images" / f"{i}.png" for i, _ in examples)
    images = np.stack([np.asarray(Image.open(file)) for file in files])
    return (torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(),
            torch.tensor([index for _, index in examples]))


def normalized(images, layout):
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    return ((images.float() / 255 - mean) / deviation).to(memory_format=layout)


def evaluate(model, images, labels, classes, layout):
    """Accuracy and macro recall, the mean over the classes that have images."""
    model.eval()
    with torch.inference_mode():
        guesses = torch.cat([model(normalized(part, layout)).argmax(1)
                             for part in images.split(256)])
    model.train()
    hits = guesses == labels
    recalls = [hits[labels == c].float().mean().item() for c in range(classes)
               if (labels == c).any()]
    return hits.float().mean().item(), statistics.mean(recalls)


def factor(step, steps, a, per_epoch):
    """Linear warm-up, then half a cosine to 0."""
    warmup = min(round(a.warmup * per_epoch), steps)
    if step < warmup:
        return (step + 1) / warmup
    return (1 + math.cos(math.pi * (step - warmup) / max(steps - warmup, 1))) / 2


def shuffled(count, generator):
    """Example after example, in a new order every time round."""
    while True:
        yield from torch.randperm(count, generator=generator).tolist()


def train_in_torch(a, seed, data, classes):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    layout = LAYOUTS["channels_last"]
    images, labels = data["train"]
    per_epoch = len(labels) / a.batch
    steps = max(1, math.ceil(a.epochs * len(labels) / a.batch))
    ends = {min(math.ceil(e * per_epoch), steps) for e in range(1, math.ceil(a.epochs) + 1)}
    model = ResNet(a.arch, classes).to(memory_format=layout)
    optimizer = torch.optim.SGD(model.parameters(), lr=a.rate, momentum=0.9, weight_decay=5e-4)
    order, curve, best, start = shuffled(len(labels), generator), [], (-1, None), time.time()
    for step in range(steps):
        batch = torch.tensor([next(order) for _ in range(a.batch)])
        x, mirrored = images[batch], torch.rand(a.batch, generator=generator) < 0.5
        x[mirrored] = x[mirrored].flip(3)
        for group in optimizer.param_groups:
            group["lr"] = a.rate * factor(step, steps, a, per_epoch)
        optimizer.zero_grad()
        F.cross_entropy(model(normalized(x, layout)), labels[batch]).backward()
        optimizer.step()
        if step + 1 in ends:
            curve.append(evaluate(model, *data["validation"], classes, layout))
            if curve[-1][1] > best[0]:
                best = (curve[-1][1], {n: t.clone() for n, t in model.state_dict().items()})
            print(f"  PyTorch, seed {seed}, epoch {len(curve)}: validation accuracy "
                  f"{100 * curve[-1][0]:.1f}, macro recall {100 * curve[-1][1]:.1f}; "
                  f"{time.time() - start:.0f} s", flush=True)
    model.load_state_dict(best[1])
    test = evaluate(model, *data["test"], classes, layout)
    return {"curve": curve, "test": test}


def torch_results(a, splits, classes):
    data, results = None, {}
    for seed in a.seeds:
        file = a.work / f"torch-{seed}.json"
        if not file.exists():
            data = data or {split: tensors(a, examples) for split, examples in splits.items()}
            file.write_text(json.dumps(train_in_torch(a, seed, data, classes)))
        results[seed] = json.loads(file.read_text())
    return results


def our_results(a, policy):
    """Runs what the store does not hold yet."""
    file = a.work / f"{policy}.yaml"
    file.write_text(EXPERIMENT.format(
        policy=policy, root=a.work.resolve(), size=a.size, arch=a.arch, epochs=a.epochs,
        batch=a.batch, rate=a.rate, warmup=a.warmup, seeds=a.seeds))
    results = a.work / "ours.sqlite"
    print(f"  poise, {policy}, seeds {a.seeds}", flush=True)
    subprocess.run([POISE, "sweep", file.name, "--results", results.name], cwd=a.work, check=True)
    store = sqlite3.connect(results)
    found = {}
    for run, seed, *test in store.execute(
        "SELECT run.id, seed, accuracy, balanced_accuracy FROM run JOIN sweep ON sweep.id = sweep_id "
        "WHERE sweep.name = ? AND status = 'done'", (f"curves-{policy}",)
    ).fetchall():
        curve = store.execute(
            "SELECT val_accuracy, val_balanced_accuracy FROM epoch WHERE run_id = ? ORDER BY epoch",
            (run,)).fetchall()
        found[seed] = {"curve": curve, "test": test}
    store.close()
    if missing := set(a.seeds) - set(found):
        raise SystemExit(f"no finished run of {policy} for the seeds {sorted(missing)}")
    return {seed: found[seed] for seed in a.seeds}


def report(all_results):
    theirs = all_results["PyTorch"]
    print("\nvalidation accuracy / macro recall after each epoch, mean over seeds")
    for name, results in all_results.items():
        curves = [r["curve"] for r in results.values()]
        means = [[100 * statistics.mean(c[e][k] for c in curves) for k in (0, 1)]
                 for e in range(min(map(len, curves)))]
        print(f"  {name.ljust(18)}", "  ".join(f"{x:.1f}/{y:.1f}" for x, y in means))
    print("\ntest, weights of the best epoch           accuracy  macro recall")
    for name, results in all_results.items():
        for seed, result in results.items():
            values = "".join(f"{100 * v:14.2f}" for v in result["test"])
            print(f"  {name.ljust(18)} seed {str(seed).ljust(10)}{values}")
    print("\nours less PyTorch's, mean ± standard error (seed noise: standard deviations)")
    for name, results in all_results.items():
        if name == "PyTorch":
            continue
        for index, figure in enumerate(("accuracy", "macro recall")):
            ours, other = ([100 * r["test"][index] for r in side.values()]
                           for side in (results, theirs))
            difference = statistics.mean(ours) - statistics.mean(other)
            if min(len(ours), len(other)) < 2:
                print(f"  {name.ljust(18)}{figure.ljust(14)}{difference:+.2f}; one seed: no noise")
                continue
            noise = [statistics.stdev(values) for values in (ours, other)]
            error = math.sqrt(noise[0] ** 2 / len(ours) + noise[1] ** 2 / len(other))
            verdict = "within" if abs(difference) <= 2 * error else "BEYOND"
            print(f"  {name.ljust(18)}{figure.ljust(14)}{difference:+.2f} ± {error:.2f} points "
                  f"(ours {noise[0]:.2f}, PyTorch's {noise[1]:.2f}): {verdict} twice its error")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=HERE / "out/curves")
    parser.add_argument("--arch", default="resnet50")
    parser.add_argument("--seeds", type=int, default=3, help="how many, from 1")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--warmup", type=float, default=1)
    parser.add_argument("--limit", type=int, help="only so many images")
    parser.add_argument("--min-images", type=int, default=20, help="of a class")
    parser.add_argument("--policies", default="fastest,without_winograd")
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    a.seeds = list(range(1, a.seeds + 1))
    torch.set_num_threads(a.threads)
    a.work.mkdir(parents=True, exist_ok=True)
    settings = {k: str(v) for k, v in vars(a).items()
                if k not in ("work", "seeds", "policies", "threads")}
    marker = a.work / "settings.json"
    if marker.exists() and json.loads(marker.read_text()) != settings:
        raise SystemExit(f"{a.work} holds a comparison with other settings: give another --work")
    marker.write_text(json.dumps(settings))
    splits, classes = prepare(a)
    results = {policy: our_results(a, policy) for policy in a.policies.split(",")}
    results["PyTorch"] = torch_results(a, splits, classes)
    (a.work / "results.json").write_text(json.dumps(results))
    report(results)


if __name__ == "__main__":
    main()
