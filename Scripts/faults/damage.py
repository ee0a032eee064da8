"""Damages every kind of file that poise writes and reads again, and gives the same command."""

import hashlib
import json
import os
import shutil

import damages
import tiny
from prepared import Prepared, move
from trial import Trial

NAME = "damage"
WEIGHT = 14
SAMPLE = 26
SHARDS = 2
# Damages of each kind of file.
COUNT = 540
# Figures that say when, where and how fast, and words on what was not kept.
PASSING = {"seconds", "imagesPerSecond", "finishedAt", "startedAt", "peakMemoryMB", "weightsPath",
           "wallSeconds", "notes"}


class Kind:
    """A kind of file: where it is, what is started after it was damaged, what must come of it."""

    def __init__(self, name, state, files, command):
        self.name, self.state, self.files, self.command = name, state, files, command


def kinds():
    """Every kind; paths of files are patterns with one match, or several to be damaged in turn."""
    run, cache = "run/", "cache/"
    return [
        Kind("newest checkpoint", "half", [run + "current.checkpoint"], "worker"),
        Kind("checkpoint before it", "half", [run + "previous.checkpoint"], "worker"),
        Kind("both checkpoints", "half",
             [run + "current.checkpoint", run + "previous.checkpoint"], "worker"),
        Kind("only checkpoint", "alone", [run + "current.checkpoint"], "worker"),
        Kind("outcome", "unstored", ["outcome.json"], "sweep"),
        Kind("weights of a finished run", "whole", ["weights.checkpoint"], "export"),
        Kind("weights that a run starts from", "base", ["base/weights.checkpoint"], "worker"),
        Kind("pixel cache", "fresh", [cache + "pixels-8x8-*.cache"], "worker"),
        Kind("list of identical pictures", "fresh", [cache + "pixels-8x8-*-copies.cache"], "worker"),
        Kind("activation cache", "frozen", [cache + "activations-layer2-training-*.cache"], "worker"),
        Kind("measurements", "whole", ["measurements-*.cache"], "plan"),
        Kind("job", "cut", ["job.json"], "sweep"),
        Kind("job started by hand", "fresh", [run + "job.json"], "worker"),
        Kind("worker's log", "cut", ["worker.log"], "sweep"),
        Kind("lock of a run", "half", [run + "lock"], "worker"),
        Kind("lock of a cache", "fresh", [cache + "pixels-8x8-*.lock"], "worker"),
        Kind("lock of a sweep", "cut", ["sweep.lock"], "sweep"),
    ]


def trials(context):
    bench = Bench(context)
    by_name = {kind.name: kind for kind in kinds()}
    points = [(name, what) for name in by_name for what in damages.names(COUNT)]
    for name, what in context.choose(points):
        with context.folder("damage") as folder:
            trial = bench.trial(by_name[name], what, folder)
        if trial:
            yield trial


class Bench(Prepared):
    """Trials on copies of prepared sweeps, and what each command says of them undisturbed."""

    def __init__(self, context):
        super().__init__(context)
        self.rows = tiny.rows(self.at("whole/results.sqlite"))
        self.right = {}

    # A trial

    def trial(self, kind, what, folder):
        """One damage and its verdict; None where this damage is none of this file."""
        job = self.fill(folder, kind)
        generator = self.context.random(kind.name, what)
        done = False
        for pattern in kind.files:
            path = damages.only(folder, pattern)
            other = self.other(path, pattern)
            for _ in range(20):
                changed = damages.apply(what, path, generator, other)
                if changed or what in damages.ONCE:
                    break
            done = changed or done
        if not done:
            return None
        result, seen = getattr(self, "run_" + kind.command)(folder, job)
        verdict, detail = self.context.judge(result)
        if result.timed_out:
            verdict, detail = "hang", "after %.0f s" % result.seconds
        elif result.code == 0 and kind.name != "job started by hand":
            verdict, detail = self.compare(kind, seen)
        if verdict in ("crash", "silent", "hang", "wrong"):
            detail += "; " + result.last if result.last else ""
        return Trial(kind.name, what, verdict, detail, result.seconds, result.megabytes)

    def fill(self, folder, kind):
        """Puts the state that a kind of file needs into an empty folder."""
        state, first = kind.state, "baseline-*"
        if state in ("whole", "cut", "unstored"):
            source = self.at("half" if state != "whole" else "whole")
            shutil.copytree(source, folder, dirs_exist_ok=True, symlinks=True)
            move(folder, source)
            if state == "unstored":
                self.finish_unseen(folder)
            return None
        sweep = {"half": "half", "alone": "half", "fresh": "whole", "frozen": "frozen",
                 "base": "posthoc"}[state]
        if state == "base":
            first = "tau-*"
            base = damages.only(self.at(sweep), ".poise/results/runs/baseline-*")
            shutil.copytree(base, os.path.join(folder, "base"))
        run = damages.only(self.at(sweep), ".poise/results/runs/" + first)
        shutil.copytree(run, os.path.join(folder, "run"))
        shutil.copytree(os.path.join(self.at(sweep), ".poise", "cache"),
                        os.path.join(folder, "cache"))
        unwanted = {"half": [], "alone": ["previous.checkpoint"]}.get(
            state, ["outcome.json", "weights.checkpoint"])
        for name in unwanted:
            os.remove(os.path.join(folder, "run", name))
        return self.job(folder, base if state == "base" else None)

    def job(self, folder, base):
        """The job of a worker in this folder."""
        path = os.path.join(folder, "run", "job.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        job = json.loads(text)
        for old, new in ((job["folder"], "run"), (job["cacheFolder"], "cache"), (base, "base")):
            if old:
                text = text.replace(json.dumps(old)[1:-1].replace("/", "\\/"),
                                    os.path.join(folder, new).replace("/", "\\/"))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def finish_unseen(self, folder):
        """The first run is finished, and its parent was killed before it could store it."""
        run = damages.only(folder, ".poise/results/runs/baseline-*")
        shutil.rmtree(run)
        shutil.copytree(damages.only(self.at("whole"), ".poise/results/runs/baseline-*"), run)

    def other(self, path, pattern):
        """A file of the same kind and another run or sweep."""
        name = os.path.basename(path)
        if "cache" in name:
            sweep = "frozen" if name.startswith("measurements") else "posthoc"
            found = damages.matching(self.at(sweep), ".poise/cache/" + os.path.basename(pattern))
            return found[0] if found else None
        state = "other-half" if name.startswith(("current", "previous")) else "other-whole"
        found = damages.matching(self.at(state), ".poise/results/runs/*/" + name)
        return found[0] if found else None

    # Commands

    def run_worker(self, folder, job):
        result = self.context.run([self.context.poise, "worker", job], cwd=folder,
                                  env=tiny.environment(folder), timeout=20)
        return result, lambda: outcome(os.path.join(folder, "run", "outcome.json"))

    def run_sweep(self, folder, _):
        return self.sweep(folder), lambda: tiny.rows(os.path.join(folder, "results.sqlite"))

    def run_export(self, folder, _):
        result = self.context.run(
            [self.context.poise, "export", "baseline-s1", "out.safetensors"], cwd=folder,
            env=tiny.environment(folder), timeout=20)
        return result, lambda: digest(os.path.join(folder, "out.safetensors"))

    def run_plan(self, folder, _):
        before = measurements(folder)
        result = self.context.run(
            [self.context.poise, "plan", "tiny.yaml", "--csv", "--threads", "1"], cwd=folder,
            env=tiny.environment(folder), timeout=30)
        rows = sorted(line.split(",")[0] for line in result.out.splitlines())
        # What is damaged is measured again, and so written anew; what is whole is left as it is.
        return result, lambda: rows + ["used as it was"] * (before == measurements(folder) != [])

    def compare(self, kind, seen):
        """Whether the command did what it does undisturbed."""
        if kind.command == "sweep":
            right = self.rows
        else:
            key = (kind.state, kind.command)
            if key not in self.right:
                with self.context.folder("right") as folder:
                    job = self.fill(folder, kind)
                    result, value = getattr(self, "run_" + kind.command)(folder, job)
                    self.must_work(result)
                    self.right[key] = value()
            right = self.right[key]
        try:
            now = seen()
        except (OSError, ValueError) as error:
            return "wrong", "exit code 0 and nothing usable was left: %s" % error
        if kind.command == "plan":
            right = [row for row in right if row != "used as it was"]
        if now == right:
            return "ok", ""
        if isinstance(now, str):
            return "silent", "the result is another"
        different = sorted(set(now) ^ set(right))
        return "silent", "%d figures differ, such as %s" % (
            len(different), different[0][:200] if different else "their order")


def measurements(folder):
    """The contents of the files of measured steps."""
    return [digest(path) for path in damages.matching(folder, "measurements-*.cache")
            if os.path.isfile(path) and os.path.getsize(path) < 1 << 20
            and not os.path.islink(path)]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def outcome(path):
    """What follows from the recipe in a worker's outcome, as lines."""
    with open(path, encoding="utf-8") as file:
        return sorted(set(leaves(json.loads(file.readline()), "")))


def leaves(value, name):
    """Every figure with its path."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in PASSING:
                yield from leaves(part, name + "." + key)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from leaves(part, "%s[%d]" % (name, index))
    else:
        yield "%s %r" % (name, value)
