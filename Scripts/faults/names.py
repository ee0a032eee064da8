"""Two sweeps at once on one store: one name, a symbolic link, a hard link, another folder's name.

One of them does the work, or both share it; no run that lives is taken over, and the store holds at
the end what one sweep alone would have written.
"""

import os
import time

import tiny
from trial import Trial

NAME = "names"
WEIGHT = 4
SAMPLE = 4

RECIPE = {"seeds": (1, 2)}
KINDS = ("same name", "symbolic link", "hard link", "linked folder", "relative and absolute")
MOMENTS = [moment / 20 for moment in range(0, 24)]


def other_name(kind, folder):
    """Makes the second name; the words that give it to the sweep."""
    store, second = os.path.join(folder, "results.sqlite"), os.path.join(folder, "other.sqlite")
    if kind == "same name":
        return "results.sqlite"
    if kind == "symbolic link":
        os.symlink("results.sqlite", second)
    elif kind == "hard link":
        end = time.monotonic() + 20
        while not os.path.exists(store) and time.monotonic() < end:
            time.sleep(0.005)
        os.link(store, second)
    elif kind == "linked folder":
        os.symlink(".", os.path.join(folder, "place"))
        return "place/results.sqlite"
    else:
        return store
    return "other.sqlite"


def taken_over(store):
    """Runs of which an attempt was declared lost though nobody was killed."""
    with tiny.opened(store) as connection:
        return [row[0] for row in connection.execute(
            "SELECT DISTINCT run.name FROM attempt JOIN run ON run.id = attempt.run_id "
            "WHERE attempt.outcome = 'lost'")]


def trial(context, reference, kind, what, moment):
    """Two sweeps, the second begun `moment` seconds after the first."""
    with context.folder("names") as folder:
        reference.begin(folder, "fresh")
        environment = tiny.environment(folder)
        first = context.start(tiny.command(context), cwd=folder, env=environment)
        time.sleep(moment)
        name = other_name(kind, folder)
        second = context.start(
            tiny.command(context, "--results", name), cwd=folder, env=environment)
        results = [first.wait(90), second.wait(90)]
        slowest = max(result.seconds for result in results)
        said = "; ".join("%s: %s" % (result.ending, result.last) for result in results)
        for result in results:
            verdict, detail = context.judge(result)
            if verdict in ("hang", "crash", "unclear"):
                return Trial(kind, what, verdict, detail, slowest)
        if any(result.code == 2 for result in results):
            return Trial(kind, what, "lost", "a run stands as failed: %s" % said, slowest)
        lost = taken_over(os.path.join(folder, "results.sqlite"))
        if lost:
            return Trial(kind, what, "wrong", "taken over while it lived: %s" % ", ".join(lost),
                         slowest)
        if os.path.exists(os.path.join(folder, "other.sqlite")):
            os.remove(os.path.join(folder, "other.sqlite"))
        after = reference.finish(folder)
        if after:
            return Trial(kind, what, after[0], "%s; %s" % (said, after[1]), slowest)
        good = all(result.code == 0 for result in results)
        return Trial(kind, what, "ok" if good else "noticed", said, slowest)


def trials(context):
    reference = tiny.Reference(context, **RECIPE)
    points = [(kind, "%.2f s later" % moment, moment) for kind in KINDS for moment in MOMENTS]
    for kind, what, moment in context.choose(points):
        yield trial(context, reference, kind, what, moment)
