"""Golden numbers of what strategies_losses.py and strategies_samplers.py leave: weighted losses of
the weightings themselves, more orders, mixes of batches, and augmented images.

Pinned: numpy 2.4.6, torch 2.13.0. Deterministic. Run from the package's root:

    python Tests/References/strategies_proofs.py

writes Tests/StrategiesTests/Fixtures/proofs.json. Random numbers are NumPy's own Philox, with which
the framework's generator agrees bit by bit; geometry and colours are written in double precision.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from strategies_samplers import ORDER, SMALL, Generator, order_masses, order_once, small_split

torch.set_default_dtype(torch.float64)
COUNTS = [120, 60, 30, 12, 5]
AUGMENTATION, MIXING = 6, 8  # purposes


def rounded(x):
    """To the nearest whole number, halves away from zero."""
    return int(math.copysign(math.floor(abs(x) + 0.5), x))


# Losses


def losses():
    n = np.array(COUNTS, dtype=np.float64)
    k, total = len(n), n.sum()
    effective = (1 - 0.9999) / -np.expm1(n * np.log(0.9999))
    raw = {
        "baseline": np.ones(k),
        "inverse-weights": 1 / n,
        "max-ratio-weights": n.max() / n,
        "cost-sensitive-weights": n.min() / n,
        "sqrt-inverse-weights": n**-0.5,
        "balanced-weights": total / (k * n),
        "smoothed-inverse-weights": total / (k * (n + 1)),
        "effective-number-weights": effective,
        "generalized-weights": (total / n) ** 1.2,
        "combined": n**-0.5,
    }
    scaled = ["inverse-weights", "sqrt-inverse-weights", "effective-number-weights",
              "generalized-weights", "combined"]
    generator = torch.Generator().manual_seed(17)
    batches, cases = [], []
    for rows, scale in [(7, 2.0), (1, 1.0), (4, 1e4)]:
        logits = (torch.randn(rows, k, generator=generator) * scale).float()
        labels = torch.randint(0, k, (rows,), generator=generator)
        batches.append({"logits": logits.flatten().tolist(), "labels": labels.tolist()})
        for name, w in raw.items():
            if name in scaled:
                w = w * k / w.sum()
            for reduction in ["mean_over_weights", "mean_over_examples"]:
                if name in ("baseline", "combined") and reduction == "mean_over_examples":
                    continue
                z = logits.double().requires_grad_()
                each = F.cross_entropy(z, labels, weight=torch.tensor(w), reduction="none")
                divisor = w[labels].sum() if reduction == "mean_over_weights" else rows
                loss = each.sum() / float(divisor)
                loss.backward()
                parameters = {} if name in ("baseline", "combined") else {"reduction": reduction}
                cases.append({
                    "strategy": name, "parameters": parameters, "batch": len(batches) - 1,
                    "loss": loss.item(), "gradient": z.grad.flatten().tolist()})
    return {"counts": COUNTS, "batches": batches, "cases": cases}


# Orders


def order_subset(g, split, kept):
    order = []
    for c, limit in enumerate(kept):
        members = [i for i, label in enumerate(split) if label == c]
        for taken in range(min(limit, len(members))):
            other = taken + g.integer(len(members) - taken)
            members[taken], members[other] = members[other], members[taken]
            order.append(members[taken])
    g.shuffle(order)
    return order


def orders():
    split, n = small_split(), np.array(SMALL, dtype=np.float64)
    recall = np.array([0.9, 0.5, 0.0])
    out = []
    for index in (0, 3):
        def g():
            return Generator(7, ORDER, epoch=index)
        effective = n * (1 - 0.9999) / -np.expm1(n * np.log(0.9999))
        for name, values, more in [
            ("baseline", order_once(g(), split), {}),
            ("effective-number-sampling", order_masses(g(), split, effective), {}),
            ("accuracy-driven-sampling", order_masses(g(), split, n * (1 - recall + 0.05)),
             {"recalls": [recall.tolist()]}),
            ("undersampling", order_subset(g(), split, [1, 1, 1]), {}),
            ("combined", order_masses(g(), split, np.sqrt(n)), {}),
        ]:
            out.append({"strategy": name, "parameters": {}, "counts": SMALL, "pass": index,
                        "values": values, **more})
    return out


# Mixes of batches


def normal(g):
    radius = math.sqrt(-2 * math.log(1 - g.uniform()))
    return radius * math.cos(2 * math.pi * g.uniform())


def log_gamma(g, alpha):
    """Marsaglia, Tsang, ACM TOMS 2000, for alpha + 1, times U^(1/alpha)."""
    d = alpha + 1 - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        x = normal(g)
        v = 1 + c * x
        u = 1 - g.uniform()
        if v <= 0:
            continue
        cube = v * v * v
        if math.log(u) < 0.5 * x * x + d - d * cube + d * math.log(cube):
            return math.log(d * cube) + math.log(1 - g.uniform()) / alpha


def mixes():
    counts, classes, height, width = [500, 90, 6], [0, 0, 0, 0, 0, 1, 1, 2], 8, 6
    cases = []
    for name, alpha, probability in [("mixup", 0.2, 1), ("cutmix", 1, 0.5), ("remix", 1, 1)]:
        for step in range(12):
            g = Generator(7, MIXING, epoch=step)
            happens = g.chance(probability)
            x, y = log_gamma(g, alpha), log_gamma(g, alpha)
            share = 1 / (1 + math.exp(y - x))
            cy, cx = g.integer(height), g.integer(width)
            partners = list(range(len(classes)))
            g.shuffle(partners)
            rows = []
            box = []
            pixels = share
            if name == "cutmix":
                cut = math.sqrt(1 - share)
                h, w = int(height * cut), int(width * cut)
                top, left = max(cy - h // 2, 0), max(cx - w // 2, 0)
                bottom, right = min(cy + h // 2, height), min(cx + w // 2, width)
                box = [top, left, bottom - top, right - left]
                share = 1 - (bottom - top) * (right - left) / (height * width)
            for row, partner in enumerate(partners):
                if not happens or partner == row:
                    rows.append(None)
                    continue
                label = share
                if name == "remix":
                    ratio = counts[classes[row]] / counts[classes[partner]]
                    if ratio >= 3 and share < 0.5:
                        label = 0.0
                    elif ratio <= 1 / 3 and 1 - share < 0.5:
                        label = 1.0
                rows.append({"partner": partner, "labelShare": label,
                             "pixels": box if name == "cutmix" else [pixels]})
            cases.append({"strategy": name, "step": step, "rows": rows})
    return {"counts": counts, "classes": classes, "cases": cases}


# Images


def sample(image, y, x):
    """Bilinear, the border repeated; y and x are arrays of places."""
    height, width, _ = image.shape
    y, x = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
    y0, x0 = y.astype(int), x.astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    wy, wx = (y - y0)[..., None], (x - x0)[..., None]
    upper = image[y0, x0] + wx * (image[y0, x1] - image[y0, x0])
    lower = image[y1, x0] + wx * (image[y1, x1] - image[y1, x0])
    return upper + wy * (lower - upper)


def places(image):
    height, width, _ = image.shape
    return (*np.mgrid[0:height, 0:width].astype(np.float64), (height - 1) / 2, (width - 1) / 2)


def move(image, down, right):
    height, width, _ = image.shape
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return image[rows][:, columns]


def turn(image, degrees):
    row, column, my, mx = places(image)
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    y, x = row - my, column - mx
    return sample(image, my + x * s + y * c, mx + x * c - y * s)


def shear(image, right, down):
    row, column, my, mx = places(image)
    return sample(image, row + down * (column - mx), column + right * (row - my))


def gray(image):
    return image @ np.array([0.299, 0.587, 0.114])


def blend(image, anchor, factor):
    return np.clip(anchor + factor * (image - anchor), 0, 1)


def levels(image):
    return np.floor(np.clip(image, 0, 1) * 255 + 0.5).astype(int)


def equalize(image):
    out = image.copy()
    for channel in range(3):
        level = levels(image[..., channel])
        histogram = np.bincount(level.flatten(), minlength=256)
        used = np.flatnonzero(histogram)
        step = (histogram.sum() - histogram[used[-1]]) // 255
        if len(used) < 2 or step == 0:
            continue
        before = step // 2 + np.concatenate([[0], np.cumsum(histogram)[:-1]])
        out[..., channel] = (np.minimum(before // step, 255) / 255)[level]
    return out


def autocontrast(image):
    low, high = image.min(axis=(0, 1)), image.max(axis=(0, 1))
    return np.where(high > low, (image - low) / np.where(high > low, high - low, 1), image)


def sharpen(image, factor):
    out = image.copy()
    height, width, _ = image.shape
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            smooth = (image[y - 1:y + 2, x - 1:x + 2].sum(axis=(0, 1)) + 4 * image[y, x]) / 13
            out[y, x] = np.clip(smooth + factor * (image[y, x] - smooth), 0, 1)
    return out


OPERATIONS = ["identity", "autocontrast", "equalize", "rotate", "solarize", "color", "posterize",
              "contrast", "brightness", "sharpness", "shear_x", "shear_y", "translate_x",
              "translate_y"]
UNSIGNED = ["identity", "autocontrast", "equalize", "solarize", "posterize"]


def amount(policy, operation, level):
    wide = policy == "trivial-augment"
    if operation.startswith("shear"):
        return (0.99 if wide else 0.3) * level
    if operation.startswith("translate"):
        return (0.25 if wide else 150 / 331) * level
    if operation == "rotate":
        return (135 if wide else 30) * level
    if operation in ("brightness", "color", "contrast", "sharpness"):
        return (0.99 if wide else 0.9) * level
    if operation == "posterize":
        return 8 - rounded((6 if wide else 4) * level)
    return 1 - level if operation == "solarize" else 0


def operate(image, operation, a):
    height, width, _ = image.shape
    match operation:
        case "autocontrast": return autocontrast(image)
        case "equalize": return equalize(image)
        case "rotate": return turn(image, a)
        case "solarize": return np.where(image >= np.float32(a), 1 - image, image)
        case "posterize": return image if a >= 8 else (levels(image) & ~(0xFF >> a) & 0xFF) / 255
        case "color": return blend(image, gray(image)[..., None], 1 + a)
        case "contrast": return blend(image, gray(image).mean(), 1 + a)
        case "brightness": return np.minimum(image * max(1 + a, 0), 1)
        case "sharpness": return sharpen(image, 1 + a)
        case "shear_x": return shear(image, a, 0)
        case "shear_y": return shear(image, 0, a)
        case "translate_x": return move(image, 0, rounded(a * width))
        case "translate_y": return move(image, rounded(a * height), 0)
    return image


def policy(g, image, name):
    for _ in range(2 if name == "rand-augment" else 1):
        operation = OPERATIONS[g.integer(14)]
        drawn, negative = g.integer(31) / 30, g.chance(0.5)
        a = amount(name, operation, 9 / 30 if name == "rand-augment" else drawn)
        image = operate(image, operation, -a if negative and operation not in UNSIGNED else a)
    return image


def offset(g, most):
    return int(g.uniform() * (2 * most + 1)) - most


def usual(g, image):
    """horizontal_flip, shift, rotation."""
    height, width, _ = image.shape
    if g.chance(0.5):
        image = image[:, ::-1]
    down, right = offset(g, rounded(0.1 * height)), offset(g, rounded(0.1 * width))
    return turn(move(image, down, right), -15 + 30 * g.uniform())


def erase(g, image):
    height, width, _ = image.shape
    happens = g.chance(0.5)
    for _ in range(10):
        share = 0.02 + (0.33 - 0.02) * g.uniform()
        low, high = math.log(0.3), math.log(1 / 0.3)
        aspect = math.exp(low + (high - low) * g.uniform())
        h = rounded(height * math.sqrt(share / aspect))
        w = rounded(width * math.sqrt(share * aspect))
        if h < height and w < width:
            top, left = int(g.uniform() * (height - h + 1)), int(g.uniform() * (width - w + 1))
            image = image.copy()
            if happens:
                image[top:top + h, left:left + w] = 0.5
            break
    return image


def images():
    height, width = 8, 6
    start = (np.arange(height * width * 3) % 29).astype(np.float32) / np.float32(28)
    start = start.astype(np.float64).reshape(height, width, 3)
    cases = []
    for name, items in [("augment-all", 6), ("minority-augmentation", 8), ("random-erasing", 8),
                        ("rand-augment", 16), ("trivial-augment", 24)]:
        for item in range(items):
            g = Generator(7, AUGMENTATION, item=item)
            image = start
            if name == "augment-all":
                image = usual(g, image)
            elif name == "minority-augmentation":
                image = image if g.chance(0.5) else usual(g, image)
            elif name == "random-erasing":
                image = erase(g, image)
            else:
                image = policy(g, image, name)
            changed = not np.array_equal(image, start)
            cases.append({
                "strategy": name, "item": item,
                "values": [round(v, 8) for v in image.flatten().tolist()] if changed else None})
    return {"counts": [500, 90, 6], "cases": cases}


def main():
    golden = {"losses": losses(), "orders": orders(), "mixes": mixes(), "images": images()}
    path = pathlib.Path(__file__).parent.parent / "StrategiesTests" / "Fixtures" / "proofs.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes, numpy", np.__version__, "torch", torch.__version__)


if __name__ == "__main__":
    main()
