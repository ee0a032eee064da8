"""The share of a real run that is neither training steps nor inference.

A `poise` run at 64×64 on the Fashion-MNIST that comes with the project (enlarged, augmented,
validated after every epoch, tested at the end, with checkpoints and store) against the same numbers
of bare steps and bare inference of `enginebench`, measured before and after it.
"""

import pathlib
import sqlite3
import statistics
import subprocess
import tempfile
import time

from torch_resnet import ENGINE, HERE, POISE, run_json

DATA = HERE.parent / "Experiments/data/fashion-mnist-lt"
EXPERIMENT = """
name: bench-real-run
dataset:
  name: fashion-mnist-lt
  format: idx
  root: {root}
  train_images: train-images-idx3-ubyte.gz
  train_labels: train-labels-idx1-ubyte.gz
  test_images: t10k-images-idx3-ubyte.gz
  test_labels: t10k-labels-idx1-ubyte.gz
split: {{test: given, validation: 0.1}}
image: {{size: {size}}}
model: {{architecture: {arch}}}
training: {{images: {images}, batch: {batch}}}
augmentation: [horizontal_flip, {{shift: {{amount: 0.1}}}}]
strategies: {{baseline: {{}}}}
"""


def bare(arch, size, batch):
    """Seconds an image of training and of inference."""
    shape = ["--arch", arch, "--height", size, "--width", size, "--batch", batch, "--classes", 10,
             "--steps", 15, "--threads", 2, "--json"]
    return [1 / run_json([ENGINE, command, *shape])["imagesPerSecond"]
            for command in ("step", "eval")]


def compare_run(a):
    arch, size, batch, images = "resnet50", 64, 64, 20000
    if a.quick:
        arch, size, images = "resnet18", 32, 640
    before = bare(arch, size, batch)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "run.yaml").write_text(EXPERIMENT.format(
            root=DATA, size=size, arch=arch, images=images, batch=batch))
        start = time.perf_counter()
        done = subprocess.run([POISE, "sweep", "run.yaml", "--results", "run.sqlite"], cwd=folder,
                              capture_output=True, text=True)
        wall = time.perf_counter() - start
        if done.returncode != 0:
            raise SystemExit(f"poise sweep failed:\n{done.stdout}{done.stderr}")
        store = sqlite3.connect(folder / "run.sqlite")
        steps, epochs, rate = store.execute(
            "SELECT steps, epochs_done, images_per_s FROM run").fetchone()
        validation, test = store.execute("SELECT sum(n_val), sum(n_test) FROM class").fetchone()
        store.close()
    after = bare(arch, size, batch)
    step, evaluation = (statistics.mean(pair) for pair in zip(before, after))
    training = steps * batch * step
    inference = (epochs * validation + test) * evaluation
    rest = 1 - (training + inference) / wall
    in_steps = 1 - step * rate
    print(f"\na whole run: {arch} {size}×{size} b{batch}, {steps} steps, {epochs} epochs\n"
          f"  {wall:.1f} s from start to end; bare training steps {training:.1f} s, "
          f"bare inference {inference:.1f} s\n"
          f"  data and bookkeeping: {100 * rest:.1f} % of the run, "
          f"{100 * in_steps:.1f} % of its training steps", flush=True)
    return [{"part": "run", "name": f"{arch} {size} b{batch}", "wall": wall, "training": training,
             "inference": inference, "share": rest, "shareOfSteps": in_steps}]
