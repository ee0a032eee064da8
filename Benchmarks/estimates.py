"""Compares what `poise check` estimates with what sweeps take: three small sweeps, one after the other.

    python Benchmarks/estimates.py [--poise .build/release/poise] [--epochs 1.0]

Takes about ten minutes on two cores, which should be idle: both the estimate and the sweep are measurements.
Each sweep gets a folder of its own, is checked, and is then run; what is compared is everything between
the start of `poise sweep` and its end, less the decoding of pictures where the estimate counts it apart.
"""

import argparse
import os
import re
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
QUICKSTART = os.path.join(HERE, "..", "Experiments", "quickstart-fashion-mnist-lt.yaml")

# Name and changes of the quick start: as it is; a frozen random trunk under a trained head, whose
# activations are computed once; and a larger network on larger images.
SWEEPS = [
    ("quickstart", []),
    (
        "frozen trunk",
        [
            "model={architecture: resnet18, freeze: layer4}", "image.size=64", "augmentation=[]",
            "training.epochs=40", "strategies.rare-classes-augmented=~", "seeds=[1, 2]",
        ],
    ),
    (
        "ResNet-18 at 64 pixels",
        ["model={architecture: resnet18}", "image.size=64", "training.epochs=2"],
    ),
]


def seconds(text):
    """`1 h 05 min`, `3 min 20 s` and `42 s` as seconds."""
    units = {"h": 3600, "min": 60, "s": 1}
    return sum(int(n) * units[u] for n, u in re.findall(r"(\d+) (h|min|s)\b", text))


def experiment(folder, changes):
    """The quick start's text with its root made absolute, and a strategy less where a change says `~`."""
    with open(QUICKSTART) as file:
        text = file.read()
    root = os.path.join(os.path.dirname(QUICKSTART), "data", "fashion-mnist-lt")
    text = text.replace("root: data/fashion-mnist-lt", "root: " + os.path.abspath(root))
    if any(change.startswith("strategies.rare-classes-augmented") for change in changes):
        start = text.index("  rare-classes-augmented:")
        text = text[:start] + text[text.index("  combined:", start):]
    path = os.path.join(folder, "estimate.yaml")
    with open(path, "w") as file:
        file.write(text.replace("run: 10m", "run: 2h"))
    return path


def run(poise, command, path, changes, folder):
    options = [word for change in changes if not change.endswith("=~") for word in ("--set", change)]
    line = [poise, command, path, *options, "--results", os.path.join(folder, "results.sqlite")]
    start = time.monotonic()
    result = subprocess.run(line, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(line)}\n{result.stdout}{result.stderr}")
    return result.stdout, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--poise", default=os.path.join(HERE, "..", ".build", "release", "poise"))
    parser.add_argument("--epochs", type=float, default=1.0, help="multiplies the epochs of all sweeps")
    arguments = parser.parse_args()
    poise = os.path.abspath(arguments.poise)
    print(f"{'sweep':24} {'check':>8} {'estimate':>9} {'measured':>9} {'ratio':>6}", flush=True)
    for name, changes in SWEEPS:
        with tempfile.TemporaryDirectory() as folder:
            path = experiment(folder, changes)
            if arguments.epochs != 1:
                own = [c for c in changes if c.startswith("training.epochs=")]
                epochs = float(own[0].split("=")[1]) if own else 8.0
                changes = changes + [f"training.epochs={epochs * arguments.epochs:g}"]
            table, checked = run(poise, "check", path, changes, folder)
            estimate = seconds(re.search(r"^about (.*?) for \d+ runs", table, re.M).group(1))
            _, measured = run(poise, "sweep", path, changes, folder)
        print(
            f"{name:24} {checked:7.1f}s {estimate:8d}s {measured:8.1f}s {estimate / measured:6.2f}",
            flush=True)


if __name__ == "__main__":
    main()
