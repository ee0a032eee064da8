"""A sweep of two runs that takes half a second, and what must be the same at its end."""

import contextlib
import fcntl
import glob
import hashlib
import os
import random
import shutil
import sqlite3
import struct
import tempfile

import shim

# {strategies} takes lines such as "  baseline: {}".
PATTERN = """\
name: tiny
dataset:
  name: stripes
  format: idx
  root: .
  train_images: train-images
  train_labels: train-labels
  test_images: test-images
  test_labels: test-labels
split: {{test: given, validation: 0.2}}
image: {{size: 8}}
model: {{architecture: cifar_resnet20, stem: small}}
training:
  epochs: {epochs}
  batch: 8
  optimizer: {{rule: sgd, learning_rate: 0.05}}
baseline: baseline
strategies:
{strategies}
seeds: {seeds}
store_predictions: true
"""
TWO = ("baseline: {}", "class-balanced-sampling: {}")
# Columns that say when, where and how fast, or count processes; all others follow from the recipe.
PASSING = {
    "started_at", "finished_at", "heartbeat_at", "wall_s", "images_per_s", "peak_memory_mb",
    "weights_path", "id", "uid", "environment_id", "sweep_id", "dataset_id", "error", "config",
    "archived_at"}
TABLES = ("epoch", "class_metric", "confusion", "prediction", "class_mass", "phase_mass", "kernel",
          "figure", "guess", "setting")


def write(folder, strategies=TWO, epochs=2, seeds=(1,)):
    """Writes the data set and `tiny.yaml` into a folder."""
    generator = random.Random(7)
    for part, counts in (("train", (24, 12, 6, 6)), ("test", (4, 4, 4, 4))):
        labels = [label for label, count in enumerate(counts) for _ in range(count)]
        generator.shuffle(labels)
        pixels = bytearray()
        for label in labels:
            for position in range(64):
                level = 180 if (position % 8) // 2 == label else 60
                pixels.append(max(0, min(255, int(generator.gauss(level, 40)))))
        with open(os.path.join(folder, part + "-images"), "wb") as file:
            file.write(struct.pack(">4I", 0x803, len(labels), 8, 8) + pixels)
        with open(os.path.join(folder, part + "-labels"), "wb") as file:
            file.write(struct.pack(">2I", 0x801, len(labels)) + bytes(labels))
    with open(os.path.join(folder, "tiny.yaml"), "w", encoding="utf-8") as file:
        file.write(PATTERN.format(
            strategies="\n".join("  " + line for line in strategies), epochs=epochs,
            seeds=list(seeds)))


def environment(folder):
    """Variables of a quiet, plain machine without git, which would cost two processes a sweep."""
    kept = {name: value for name, value in os.environ.items()
            if name not in ("COUNTERPOISE_DATA", "COUNTERPOISE_KERNELS", "LD_PRELOAD")}
    return dict(kept, PATH=folder, LC_ALL="C.UTF-8", TMPDIR=folder, OPENBLAS_NUM_THREADS="1")


def command(context, *more, threads=1):
    """The words of the sweep."""
    return [context.poise, "sweep", "tiny.yaml", "--threads", str(threads)] + list(more)


@contextlib.contextmanager
def opened(store):
    """A connection to a copy of a store, with its journal: looking at it changes nothing."""
    with tempfile.TemporaryDirectory(prefix="faults-store-") as folder:
        copy = os.path.join(folder, "results.sqlite")
        for ending in ("", "-journal"):
            if os.path.exists(store + ending):
                shutil.copyfile(store + ending, copy + ending)
        connection = sqlite3.connect(copy)
        try:
            yield connection
        finally:
            connection.close()


def rows(store):
    """The deterministic rows of a store, as texts; raises `sqlite3.Error` where it is damaged."""
    with opened(store) as connection:
        found = connection.execute("PRAGMA quick_check").fetchall()
        if found != [("ok",)]:
            raise sqlite3.DatabaseError("quick_check: %s" % found[0][0])
        names = dict(connection.execute("SELECT id, config_hash FROM run"))
        there = {row[0] for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")}
        texts = []
        for table in ("run",) + tuple(name for name in TABLES if name in there):
            # Where the data lay is the one setting in which two folders differ.
            cursor = connection.execute("SELECT * FROM %s%s" % (
                table, " WHERE key <> 'dataset.root'" if table == "setting" else ""))
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                texts.append("%s %s" % (table, ", ".join(
                    "%s=%r" % (name, names.get(value) if name in ("run_id", "equals_run")
                               else value)
                    for name, value in zip(columns, row) if name not in PASSING)))
        return sorted(texts)


def done(store):
    """Names of the runs that the store has as done, with the digests of their weights.

    Nothing where there is no store yet, or one without tables; raises `sqlite3.Error` where it is
    damaged.
    """
    if not os.path.exists(store):
        return {}
    with opened(store) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'run'").fetchall():
            return {}
        return dict(connection.execute(
            "SELECT name, weights_sha256 FROM run WHERE status = 'done'"))


def weights(folder):
    """SHA-256 of the kept weights of every run, by the name of the run's folder."""
    digests = {}
    for path in glob.glob(os.path.join(folder, ".poise", "*", "runs", "*", "weights.checkpoint")):
        with open(path, "rb") as file:
            digests[os.path.basename(os.path.dirname(path))] = hashlib.sha256(
                file.read()).hexdigest()
    return digests


class Reference:
    """An undisturbed sweep, and the folder of one that was cut off in the midst of its first run.

    Both are made once for a program and a recipe, and kept in the build folder.
    """

    def __init__(self, context, **recipe):
        self.context, self.recipe = context, recipe
        about = os.stat(context.poise)
        with open(os.path.abspath(__file__), "rb") as file:
            source = file.read()
        key = repr((context.poise, about.st_mtime_ns, about.st_size, sorted(recipe.items()),
                    hashlib.sha256(source).hexdigest()))
        place = os.path.join(context.build, "references")
        os.makedirs(place, exist_ok=True)
        home = os.path.join(place, hashlib.sha256(key.encode()).hexdigest()[:16])
        self.folder = os.path.join(home, "undisturbed")
        self.half = os.path.join(home, "half")
        with open(home + ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.isdir(home):
                temporary = tempfile.mkdtemp(dir=place)
                self.undisturbed(os.path.join(temporary, "undisturbed"))
                self.cut_off(os.path.join(temporary, "half"), temporary)
                os.rename(temporary, home)
        self.rows = rows(os.path.join(self.folder, "results.sqlite"))
        self.weights = weights(self.folder)
        self.done = done(os.path.join(self.folder, "results.sqlite"))

    def undisturbed(self, folder):
        """Makes the sweep that all others must equal."""
        os.mkdir(folder)
        write(folder, **self.recipe)
        result = self.context.run(
            command(self.context), cwd=folder, env=environment(folder), timeout=300)
        if result.code != 0:
            raise SystemExit("the undisturbed sweep fails: %s\n%s" % (result.ending, result.err))

    def cut_off(self, folder, place):
        """Makes `half`: the worker and its parent killed after the first epoch's checkpoint."""
        os.mkdir(folder)
        write(folder, **self.recipe)
        orders = shim.Shim(self.context, place, folder)
        # The second checkpoint of a run is about to take its name.
        orders.order(shim.WORKER, "kill-all", 2, calls=["rename"])
        self.context.run(command(self.context), cwd=folder,
                         env=orders.environment(environment(folder)))
        orders.close()
        found = [name for _, _, files in os.walk(folder) for name in files]
        if "current.checkpoint" not in found or done(os.path.join(folder, "results.sqlite")):
            raise SystemExit("the sweep could not be cut off in its first run")

    def begin(self, folder, start):
        """Fills a folder for a trial: `fresh`, `half` or `whole`."""
        if start == "fresh":
            write(folder, **self.recipe)
        else:
            source = self.half if start == "half" else self.folder
            shutil.copytree(source, folder, dirs_exist_ok=True)

    def finish(self, folder, before=None, tries=4, extra=()):
        """Gives the command again until it is done, and compares.

        Returns (verdict, detail) where something is wrong, else None. `before` is what was done
        already; it must still be.
        """
        store = os.path.join(folder, "results.sqlite")
        try:
            before = before if before is not None else done(store)
        except sqlite3.Error as error:
            return "lost", "the store is damaged: %s" % error
        said = []
        for _ in range(tries):
            result = self.context.run(command(self.context, *extra), cwd=folder,
                                      env=environment(folder), timeout=60)
            said.append("%s: %s" % (result.ending, result.last))
            if result.timed_out:
                return "hang", "the next sweep: %s" % said[-1]
            if result.crashed:
                return "crash", "the next sweep: %s" % said[-1]
            if result.code == 0:
                break
        else:
            return "lost", "the same command does not get it done: %s" % said[-1]
        return self.compare(folder, store, before)

    def compare(self, folder, store, before):
        """What differs from the undisturbed sweep, or None."""
        try:
            now, finished = rows(store), done(store)
        except sqlite3.Error as error:
            return "lost", "the store is damaged: %s" % error
        for name, digest in before.items():
            if finished.get(name) != digest:
                return "lost", "%s was done with other weights" % name
        if len(finished) < len(self.done):
            return "silent", "exit code 0 and %d of %d runs are done" % (
                len(finished), len(self.done))
        if now != self.rows:
            other = sorted(set(now) ^ set(self.rows))
            return "wrong", "%d rows differ, such as %s" % (len(other), other[0][:200])
        if weights(folder) != self.weights:
            return "wrong", "the kept weights differ"
        return None
