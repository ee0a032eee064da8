"""One, two and three threads, and an end after every step: always the same bits.

With a checkpoint after every step, the sweep is killed as soon as the k-th checkpoint has its name,
and goes on with another number of threads. A strategy of every family is tried, each beside the
baseline.
"""

import os

import shim
import tiny
from trial import Trial

NAME = "threads"
WEIGHT = 12
SAMPLE = 4

# label: lines of its entry in the experiment file.
FAMILIES = {
    "weighting": "inverse-weights: {}",
    "loss": "ldam: {}",
    "sampling": "accuracy-driven-sampling: {low_count: 10, low_accuracy: 0.5}",
    "memory of draws": "hard-example-sampling: {}",
    "augmentation": "minority-augmentation: {groups: [few], transforms: [horizontal_flip]}",
    "mixing": "remix: {}",
    "deferred": "ldam-drw: {}",
    "two phases": "classifier-retraining: {}",
    "learned scales": "learnable-weight-scaling: {}",
    "post-hoc": "tau-normalization: {}",
}
THREADS = (1, 2, 3)
EVERY_STEP = ("--checkpoint-every", "0")


def steps(context, reference):
    """How many names are given to files by the workers of a sweep that saves after every step."""
    with context.folder("steps") as place:
        folder = os.path.join(place, "sweep")
        os.mkdir(folder)
        reference.begin(folder, "fresh")
        orders = shim.Shim(context, place, folder)
        orders.state.mask = shim.mask(["rename"])
        context.run(tiny.command(context, *EVERY_STEP), cwd=folder, timeout=120,
                    env=orders.environment(tiny.environment(folder)))
        count = orders.counted(shim.WORKER)
        orders.close()
        return count


def resumed(context, reference, kind, what, k, before, after):
    """A sweep that is killed once its workers have given their k-th name, and goes on."""
    with context.folder("threads") as place:
        folder = os.path.join(place, "sweep")
        os.mkdir(folder)
        reference.begin(folder, "fresh")
        orders = shim.Shim(context, place, folder)
        orders.order(shim.WORKER, "kill-all", k, calls=["rename"])
        first = context.run(tiny.command(context, *EVERY_STEP, threads=before), cwd=folder,
                            timeout=120, env=orders.environment(tiny.environment(folder)))
        orders.close()
        second = context.run(tiny.command(context, threads=after), cwd=folder, timeout=120,
                             env=tiny.environment(folder))
        seconds = first.seconds + second.seconds
        verdict, detail = context.judge(second)
        if verdict != "ok":
            return Trial(kind, what, verdict if verdict in ("hang", "crash", "unclear") else "lost",
                         detail, seconds)
        found = reference.compare(folder, os.path.join(folder, "results.sqlite"), {})
        return Trial(kind, what, *(found or ("ok", "")), seconds)


def whole(context, reference, kind, what, threads):
    """An undisturbed sweep with another number of threads."""
    with context.folder("threads") as folder:
        reference.begin(folder, "fresh")
        result = context.run(tiny.command(context, threads=threads), cwd=folder, timeout=120,
                             env=tiny.environment(folder))
        verdict, detail = context.judge(result)
        if verdict == "ok":
            found = reference.compare(folder, os.path.join(folder, "results.sqlite"), {})
            verdict, detail = found or ("ok", "")
        return Trial(kind, what, verdict, detail, result.seconds)


def trials(context):
    families = list(FAMILIES)
    if context.sample:
        families = context.random("families").sample(families, 2)
    if context.only:
        families = [name for name in families if context.only.startswith(name + ": ")]
    references, points = {}, []
    for name in families:
        if context.expired():
            return
        references[name] = tiny.Reference(context, strategies=("baseline: {}", FAMILIES[name]))
        for threads in THREADS[1:]:
            points.append((name, "%d threads" % threads, None, 1, threads))
        for k in range(steps(context, references[name])):
            # Every change of the number of threads comes in turn.
            before, after = THREADS[k % 3], THREADS[(k // 3 + 1) % 3]
            points.append((name, "killed at name %d, %d then %d threads" % (k, before, after), k,
                           before, after))
    for name, what, k, before, after in context.choose(points):
        if k is None:
            yield whole(context, references[name], name, what, after)
        else:
            yield resumed(context, references[name], name, what, k, before, after)
