"""The k-th system call of the sweep or of its workers fails, is cut short, or is the last one.

Every k for EIO and ENOSPC; a spread of points for the other kinds. The same command is then given
again, without the shim, until it is done; rows and weights must be those of an undisturbed sweep.
"""

import os

import shim
import tiny
from trial import Trial

NAME = "calls"
WEIGHT = 60
SAMPLE = 14
SHARDS = 2

WRITING = ["create", "write", "sync", "rename", "link", "truncate", "mkdir", "close"]
INTERRUPTIBLE = ["open", "create", "read", "write", "lock", "close", "poll", "sync"]
NAMED = ["create", "write", "sync", "rename", "link", "unlink", "truncate", "mkdir"]
ANY = [call for call in shim.CALLS if call not in ("spawn", "pipe", "poll")]

# name of the kind: (kind of the shim, calls that it is for, error, from there on)
EVERY = {
    "EIO": ("fail", ANY, "EIO", False),
    "ENOSPC": ("fail", WRITING, "ENOSPC", False),
}
SPREAD = {
    "ENOSPC from there on": ("fail", WRITING, "ENOSPC", True),
    "EIO from there on": ("fail", ANY, "EIO", True),
    "EDQUOT": ("fail", WRITING, "EDQUOT", False),
    "EINTR": ("fail", INTERRUPTIBLE, "EINTR", False),
    "EMFILE": ("fail", ["open", "create", "list", "spawn", "pipe"], "EMFILE", False),
    "EAGAIN": ("fail", ["spawn"], "EAGAIN", False),
    "ENOMEM": ("fail", ["map", "spawn"], "ENOMEM", False),
    "short": ("short", ["read", "write"], None, False),
    "torn": ("torn", ["write"], None, False),
    "killed before": ("kill-before", NAMED, None, False),
    "killed after": ("kill-after", NAMED, None, False),
}
ROLES = {"sweep": shim.PARENT, "worker": shim.WORKER}
# A sweep cut off in its first run goes on from a checkpoint; that has calls of its own.
STARTS = ("fresh", "half")


class Points:
    """How many calls of each kind there are in an undisturbed sweep."""

    def __init__(self, context, reference):
        self.names = {start: self.listen(context, reference, start) for start in STARTS}

    @staticmethod
    def listen(context, reference, start):
        """Names of all calls, by the role that makes them."""
        with context.folder("count") as place:
            folder = os.path.join(place, "sweep")
            os.mkdir(folder)
            reference.begin(folder, start)
            orders = shim.Shim(context, place, folder)
            orders.state.tells = shim.NAMES
            context.run(tiny.command(context), cwd=folder,
                        env=orders.environment(tiny.environment(folder)))
            names = {shim.PARENT: [], shim.WORKER: []}
            for line in orders.lines():
                names[shim.WORKER if line[0] == "w" else shim.PARENT].append(line[2])
            orders.close()
            return names

    def count(self, calls, role, start):
        """How many calls of these names a role makes."""
        return sum(name in calls for name in self.names[start][role])

    def all(self, kinds):
        """(kind, what, role, start, k) of every point."""
        for kind, (_, calls, _, _) in kinds.items():
            for name, role in ROLES.items():
                for start in STARTS:
                    # The cut-off start differs from the fresh one in what the worker does.
                    if kind in EVERY and name == "sweep" and start == "half":
                        continue
                    for k in range(self.count(calls, role, start)):
                        yield kind, "%s, %s start, call %d" % (name, start, k), role, start, k


def verdict_of(kind, result, orders):
    """Verdict and detail for the disturbed command itself."""
    at = where(orders)
    if result.timed_out:
        return "hang", "%s; %s" % (result.ending, at)
    killed = kind.startswith("killed") or kind == "torn"
    if result.signal == 9 and killed:
        return "ok", at
    if result.crashed or result.signal:
        return "crash", "%s: %s; %s" % (result.ending, result.last, at)
    if result.code == 0:
        return "ok", at
    words = "%s: %s; %s" % (result.ending, result.last, at)
    if result.code == 1 or result.raw or not result.last:
        return "unclear", words
    if result.code == 2:
        return "lost", "a run stands as failed: %s" % words
    return ("left" if result.code == 75 else "noticed"), words


def where(orders):
    """Which call was acted upon, by its name and the file's."""
    letter = "w" if orders.state.role == shim.WORKER else "p"
    for fields in orders.lines():
        if fields[0] == letter and int(fields[1]) == orders.state.at:
            return "%s of %s" % (fields[2], os.path.basename(fields[3]))
    return "not reached"


def trial(context, reference, point, kinds):
    """One point: the disturbed sweep, then the same command until it is done."""
    kind, what, role, start, k = point
    act, calls, error, sticky = kinds[kind]
    with context.folder("calls") as place:
        folder = os.path.join(place, "sweep")
        os.mkdir(folder)
        reference.begin(folder, start)
        orders = shim.Shim(context, place, folder)
        orders.state.tells = shim.NAMES
        orders.order(role, act, k, calls=calls, error=error, sticky=sticky)
        result = context.run(tiny.command(context), cwd=folder, timeout=45,
                             env=orders.environment(tiny.environment(folder)))
        verdict, detail = verdict_of(kind, result, orders)
        orders.close()
        if verdict == "ok" and result.code == 0:
            # Nothing may be missing without another word; and nothing is done again.
            after = reference.compare(folder, os.path.join(folder, "results.sqlite"), {})
        else:
            after = reference.finish(folder)
        if after is not None and verdict not in ("crash", "hang", "unclear"):
            verdict, detail = after[0], "%s; then %s" % (detail, after[1])
        return Trial(kind, what, verdict, detail, result.seconds, result.megabytes)


def trials(context):
    reference = tiny.Reference(context)
    points = Points(context, reference)
    kinds = {**EVERY, **SPREAD}
    # All points of the first kinds come before any of the others, but in a sample.
    for those in ([kinds] if context.sample or context.only else [EVERY, SPREAD]):
        for point in context.choose(list(points.all(those)), whole=those is EVERY):
            yield trial(context, reference, point, kinds)
