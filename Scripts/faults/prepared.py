"""Sweeps in every state, made once, whose copies are damaged."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import time

import damages
import tiny

EPOCHS = 3


class Prepared:
    """The sweeps; kept in the build folder for a program and this source."""

    def __init__(self, context):
        self.context = context
        about = os.stat(context.poise)
        with open(os.path.abspath(__file__), "rb") as file:
            key = repr((context.poise, about.st_mtime_ns, about.st_size)).encode() + file.read()
        self.home = os.path.join(
            context.build, "damage", hashlib.sha256(key).hexdigest()[:16])
        os.makedirs(self.home, exist_ok=True)
        with open(os.path.join(self.home, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(self.at("ready")):
                self.prepare()
                open(self.at("ready"), "w").close()

    def at(self, path):
        return os.path.join(self.home, path)

    def prepare(self):
        """Sweeps: finished ones, ones cut off, one on a frozen trunk, one with a post-hoc run."""
        alone = ("baseline: {}",)
        recipes = {
            "whole": (alone, 1, ""), "half": (alone, 1, ""),
            "other-whole": (alone, 2, ""), "other-half": (alone, 2, ""),
            "frozen": (alone, 1, ", freeze: layer2"),
            "posthoc": (alone + ("tau-normalization: {}",), 1, "")}
        for name, (strategies, seed, more) in recipes.items():
            folder = self.at(name)
            shutil.rmtree(folder, ignore_errors=True)
            os.mkdir(folder)
            tiny.write(folder, strategies, epochs=EPOCHS, seeds=(seed,))
            make_copies(folder)
            with open(os.path.join(folder, "tiny.yaml"), encoding="utf-8") as file:
                text = file.read()
            with open(os.path.join(folder, "tiny.yaml"), "w", encoding="utf-8") as file:
                file.write(text.replace("stem: small", "stem: small" + more))
            if name.endswith("half"):
                self.cut_off(folder)
            else:
                self.must_work(self.sweep(folder))

    def must_work(self, result):
        if result.code != 0:
            raise SystemExit("undisturbed, it fails: %s\n%s" % (result.ending, result.err))
        return result

    def cut_off(self, folder):
        """Kills a sweep as soon as its run has two checkpoints, and again if that was late."""
        for _ in range(20):
            shutil.rmtree(os.path.join(folder, ".poise"), ignore_errors=True)
            if os.path.exists(os.path.join(folder, "results.sqlite")):
                os.remove(os.path.join(folder, "results.sqlite"))
            running = self.context.start(
                tiny.command(self.context), cwd=folder, env=tiny.environment(folder))
            pattern = ".poise/results/runs/baseline-*/previous.checkpoint"
            while not running.ended() and not damages.matching(folder, pattern):
                time.sleep(0.001)
            running.kill_group()
            running.wait(30)
            names = os.listdir(damages.only(folder, ".poise/results/runs/baseline-*"))
            if {"current.checkpoint", "previous.checkpoint"} <= set(names):
                return
        raise SystemExit("the sweep could not be cut off between two checkpoints")

    def sweep(self, folder):
        return self.context.run(tiny.command(self.context), cwd=folder,
                                env=tiny.environment(folder), timeout=30)


def move(folder, source):
    """Names the copy's own weights, where a store has absolute paths."""
    with sqlite3.connect(os.path.join(folder, "results.sqlite")) as connection:
        connection.execute(
            "UPDATE run SET weights_path = ? || substr(weights_path, ?) WHERE weights_path LIKE ?",
            (folder, len(source) + 1, source + "/%"))
    connection.close()


def make_copies(folder):
    """Makes two training pictures of one class identical."""
    with open(os.path.join(folder, "train-labels"), "rb") as file:
        labels = file.read()[8:]
    one, two = [index for index, label in enumerate(labels) if label == 0][:2]
    with open(os.path.join(folder, "train-images"), "r+b") as file:
        file.seek(16 + 64 * one)
        pixels = file.read(64)
        file.seek(16 + 64 * two)
        file.write(pixels)
