"""The share of a real run that is neither training steps nor inference.

A `poise` run at 64×64 on the Fashion-MNIST that comes with the project (enlarged, augmented,
validated after every epoch, tested at the end, with checkpoints and store) against the same numbers
of bare steps and bare inference of `enginebench`. A shared machine's speed changes within minutes by
more than the share, so the run is stopped again and again while bare steps are timed, and the time
that it was stopped for does not count. Means of bare steps count, not medians: a run takes the slow
steps too.
"""

import contextlib
import os
import pathlib
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import time

from measuring import ENGINE, HERE, POISE, run_json

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


def bare(arch, size, batch, steps):
    """Seconds an image of training and of inference."""
    shape = ["--arch", arch, "--height", size, "--width", size, "--batch", batch, "--classes", 10,
             "--steps", steps, "--threads", 2, "--json"]
    return [run_json([ENGINE, command, *shape])["meanSeconds"] / batch
            for command in ("step", "eval")]


def signal_tree(process, number):
    """Sends a signal to a process and all that it started, unless they have just ended."""
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(process, number)
        for children in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
            for child in children.read_text().split():
                signal_tree(int(child), number)


def run_with_pauses(command, folder, seconds, measure):
    """Runs a command, stopped for a measurement now and then; returns the seconds that it ran for and
    the measurements."""
    paused, measured = 0, []
    with open(folder / "log", "w+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            while True:
                try:
                    process.wait(timeout=seconds)
                    break
                except subprocess.TimeoutExpired:
                    pause = time.perf_counter()
                    signal_tree(process.pid, signal.SIGSTOP)
                    measured.append(measure())
                    signal_tree(process.pid, signal.SIGCONT)
                    paused += time.perf_counter() - pause
        except BaseException:
            signal_tree(process.pid, signal.SIGKILL)
            raise
        wall = time.perf_counter() - start - paused
        if process.returncode != 0:
            log.seek(0)
            raise SystemExit(f"poise sweep failed:\n{log.read()}")
    return wall, measured or [measure()]


def compare_run(a):
    arch, size, batch, images, seconds, steps = "resnet50", 64, 64, 20000, 20, 15
    if a.quick:
        arch, size, images, seconds, steps = "resnet18", 32, 1280, 1, 2
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "run.yaml").write_text(EXPERIMENT.format(
            root=DATA, size=size, arch=arch, images=images, batch=batch))
        wall, measured = run_with_pauses(
            [POISE, "sweep", "run.yaml", "--results", "run.sqlite"], folder, seconds,
            lambda: bare(arch, size, batch, steps))
        store = sqlite3.connect(folder / "run.sqlite")
        steps, epochs = store.execute("SELECT steps, epochs_done FROM run").fetchone()
        validation, test = store.execute("SELECT sum(n_val), sum(n_test) FROM class").fetchone()
        store.close()
    step, evaluation = (statistics.mean(each) for each in zip(*measured))
    training = steps * batch * step
    inference = (epochs * validation + test) * evaluation
    rest = 1 - (training + inference) / wall
    print(f"\na whole run: {arch} {size}×{size} b{batch}, {steps} steps, {epochs} epochs, "
          f"stopped {len(measured)} times for bare steps\n"
          f"  {wall:.1f} s from start to end; bare training steps {training:.1f} s, "
          f"bare inference {inference:.1f} s\n"
          f"  data and bookkeeping: {100 * rest:.1f} % of the run", flush=True)
    return [{"part": "run", "name": f"{arch} {size} b{batch}", "wall": wall, "training": training,
             "inference": inference, "share": rest}]
