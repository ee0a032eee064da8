"""Random SIGKILLs of the sweep, of its worker, of both at once, until the sweep is done.

Each sweep is begun again after each kill, whatever the kill left. At its end rows and weights must
be those of an undisturbed sweep. A trial is one kill.
"""

import os
import signal
import time

import tiny
from trial import Trial

NAME = "kills"
WEIGHT = 22
SAMPLE = 12
SHARDS = 2

KINDS = ("the sweep", "its worker", "both at once")
# Kills of one sweep before it is left alone to end.
EACH = 6
SWEEPS = 1000
# Kills of a whole run of the harness, however long they take.
LEAST = 1000


def children(pid):
    """Processes that another one started, by what the system tells."""
    found = []
    try:
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, thread), encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        pass
    return found


def strike(kind, running):
    """Sends the signals; False where there was nothing to send them to."""
    targets = children(running.pid) if kind != "the sweep" else []
    if kind == "its worker" and not targets:
        return False
    if kind != "its worker":
        targets.append(running.pid)
    for pid in targets:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return True


def disturbed(context, folder, kind, moment):
    """One start of the sweep with a kill `moment` seconds later: (whether it came, result)."""
    running = context.start(tiny.command(context), cwd=folder, env=tiny.environment(folder))
    end = time.monotonic() + moment
    while time.monotonic() < end and not running.ended():
        time.sleep(0.002)
    came = False
    # A worker is not always there: wait for one.
    limit = time.monotonic() + 5
    while not came and not running.ended() and time.monotonic() < limit:
        came = strike(kind, running)
        if not came:
            time.sleep(0.002)
    return came, running.wait(60)


def sweep(context, reference, number):
    """One sweep with its kills: a trial each, the last of which has the verdict of the end."""
    random = context.random("kills", number)
    with context.folder("kills") as folder:
        reference.begin(folder, "fresh")
        hits = []
        for index in range(EACH):
            kind = random.choice(KINDS)
            came, result = disturbed(context, folder, kind, random.random() * 0.9)
            if came:
                hits.append((kind, "sweep %d, kill %d" % (number, index), result.seconds))
            expected = result.signal == signal.SIGKILL if kind != "its worker" else (
                result.code == 0)
            if result.timed_out or result.crashed or not (
                    expected or not came or result.code == 0):
                verdict, detail = context.judge(result)
                verdict = verdict if verdict in ("hang", "crash", "unclear") else "lost"
                hits.append((kind, "sweep %d, kill %d" % (number, index), result.seconds))
                return hits, (verdict, "after the kill: %s" % detail)
            if not came:
                break
        # A sweep that ended before any kill is a trial as well.
        hits = hits or [("none", "sweep %d" % number, 0.0)]
        return hits, reference.finish(folder)


def skips(context, number):
    """Whether a whole sweep is not to be done: a trial of it stands for all."""
    if context.only is not None:
        return "sweep %d," % number not in context.only + ","
    if any(context.was_done(kind, "sweep %d, kill 0" % number) for kind in KINDS):
        return True
    return context.skips("sweep", str(number))


def trials(context):
    reference = tiny.Reference(context)
    made = 0
    for number in range(SWEEPS):
        enough = context.bounded or made >= LEAST / context.shard[1]
        if context.expired() and enough:
            return
        if context.wanted is not None and made >= context.wanted:
            return
        if skips(context, number):
            continue
        hits, after = sweep(context, reference, number)
        for kind, what, seconds in hits[:-1]:
            yield Trial(kind, what, "ok", "", seconds)
        for kind, what, seconds in hits[-1:]:
            verdict, detail = after if after else ("ok", "")
            yield Trial(kind, what, verdict, detail, seconds)
        made += len(hits)
