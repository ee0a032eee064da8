"""The program is rebuilt, removed or half written while a sweep runs.

The workers of a sweep must be of the program that was started, or the sweep must say why it ends.
"""

import os
import shutil
import time

import tiny
from trial import Trial

NAME = "rebuild"
WEIGHT = 3
SAMPLE = 3

RECIPE = {"seeds": (1, 2)}
KINDS = ("removed", "replaced by another program", "half written", "folder renamed",
         "same program, new file")
MOMENTS = ("before the first run", "in the first run", "after the first run")


def change(kind, program):
    """What a build does to the program's file."""
    new = program + ".new"
    if kind == "removed":
        os.remove(program)
    elif kind == "folder renamed":
        os.rename(os.path.dirname(program), os.path.dirname(program) + "-old")
    else:
        if kind == "replaced by another program":
            shutil.copyfile(shutil.which("true") or "/bin/true", new)
        else:
            shutil.copyfile(program, new)
        if kind == "half written":
            os.truncate(new, os.path.getsize(new) // 2)
        os.chmod(new, 0o755)
        os.rename(new, program)


def reached(moment, text):
    """Whether the sweep has come so far, by what it prints."""
    return {"before the first run": "sweep tiny:" in text,
            "in the first run": "[1/" in text,
            "after the first run": ": done in" in text}[moment]


def trial(context, reference, kind, what, moment):
    """One change of the program amid a sweep."""
    with context.folder("rebuild") as folder:
        reference.begin(folder, "fresh")
        os.mkdir(os.path.join(folder, "bin"))
        program = os.path.join(folder, "bin", "poise")
        shutil.copy2(context.poise, program)
        running = context.start([program] + tiny.command(context)[1:], cwd=folder,
                                env=tiny.environment(folder))
        limit = time.monotonic() + 30
        while not running.ended() and time.monotonic() < limit:
            text = os.pread(running.files[1].fileno(), 1 << 20, 0).decode("utf-8", "replace")
            if reached(moment, text):
                break
            time.sleep(0.002)
        change(kind, program)
        result = running.wait(90)
        verdict, detail = context.judge(result)
        if result.code == 2:
            verdict, detail = "lost", "a run stands as failed: %s" % result.last
        after = reference.finish(folder)
        if after and verdict not in ("crash", "hang", "unclear"):
            verdict, detail = after[0], "%s; then %s" % (detail, after[1])
        return Trial(kind, what, verdict, detail, result.seconds)


def trials(context):
    reference = tiny.Reference(context, **RECIPE)
    points = [(kind, "%s, time %d" % (moment, number), moment)
              for kind in KINDS for moment in MOMENTS for number in range(4)]
    for kind, what, moment in context.choose(points):
        yield trial(context, reference, kind, what, moment)
