"""What a part gets to know: the program, the order of trials, and how much time there is."""

import contextlib
import hashlib
import os
import random
import shutil
import tempfile
import time

import process
import trial


class Context:
    """Everything that a part needs from outside."""

    def __init__(self, poise, root, seed=1, sample=False, wanted=None, deadline=None,
                 bounded=True, only=None, done=(), shard=(0, 1)):
        self.poise = os.path.abspath(poise)
        self.root = root
        self.build = os.path.join(root, ".build", "faults")
        self.seed = seed
        self.sample = sample
        self.wanted = wanted
        self.deadline = deadline
        # Whether the time holds also for what must be complete, such as every k of `calls`.
        self.bounded = bounded
        self.only = only
        self.done = frozenset(done)
        self.shard = shard
        self.judge = process.judge
        os.makedirs(self.build, exist_ok=True)

    def random(self, *words):
        """A generator that depends on the seed and on these words alone."""
        return random.Random("/".join(str(word) for word in (self.seed,) + words))

    def expired(self):
        """Whether the part's time is over."""
        return self.deadline is not None and time.monotonic() > self.deadline

    def was_done(self, kind, what):
        """Whether the log that is continued has a trial."""
        return trial.key(kind, what) in self.done

    def skips(self, kind, what):
        """Whether a trial is not to be done: done before, another shard's, or not asked for."""
        key = trial.key(kind, what)
        if self.only is not None:
            return key != self.only
        if key in self.done:
            return True
        number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")
        return number % self.shard[1] != self.shard[0]

    def choose(self, points, whole=False):
        """The (kind, what, …) tuples to do, in a seeded order, until the time is over.

        A sample takes every kind in turn, so that it is spread over all of them. `whole`: all are
        done whatever the time, unless it was limited on the command line.
        """
        kinds = {}
        for point in points:
            kinds.setdefault(point[0], []).append(point)
        for kind, those in kinds.items():
            self.random("order", kind).shuffle(those)
        order = []
        lists = sorted(kinds.items())
        while any(those for _, those in lists):
            for _, those in lists:
                if those:
                    order.append(those.pop())
        count = 0
        for point in order:
            if self.expired() and (self.bounded or not whole):
                return
            if self.wanted is not None and count >= self.wanted:
                return
            if self.skips(point[0], point[1]):
                continue
            count += 1
            yield point

    @contextlib.contextmanager
    def folder(self, name="trial"):
        """An empty folder, by its real path, removed afterwards."""
        path = os.path.realpath(tempfile.mkdtemp(prefix="faults-%s-" % name))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def run(self, args, cwd=None, env=None, timeout=60, limits=None, input=None):
        """Runs a program to its end, with bounds."""
        return process.run(args, cwd=cwd, env=env, timeout=timeout, limits=limits, input=input)

    def start(self, args, cwd=None, env=None, limits=None):
        """Starts a program that is watched while it runs."""
        return process.Running(args, cwd=cwd, env=env, limits=limits)
