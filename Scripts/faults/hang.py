"""Workers that stop or spin, sweeps that are killed: nothing waits, nobody stays behind."""

import os
import signal
import time

import kills
import shim
import tiny
from trial import Trial

NAME = "hang"
WEIGHT = 8
SAMPLE = 4

# The longest silence that the experiment allows; before its first step a run may take three times
# that.
SILENCE = "limits: {silence: 5s}\n"
# Seconds until such a worker must have been ended and the run made again.
NOTICED = 150
# Seconds in which a worker must be gone after its parent: one that computes without end has two minutes
# for its last checkpoint.
GONE = {"living": 10, "stopped": 10, "spinning": 130}
POINTS = (5, 40, 90, 130, 170, 210)
ORPHANS = ("living", "stopped", "spinning")


def hung(context, reference, kind, what, act, k):
    """A worker that stops or spins at its call number k: the sweep must notice and try again."""
    with context.folder("hang") as place:
        folder = os.path.join(place, "sweep")
        os.mkdir(folder)
        reference.begin(folder, "fresh")
        with open(os.path.join(folder, "tiny.yaml"), "a", encoding="utf-8") as file:
            file.write(SILENCE)
        orders = shim.Shim(context, place, folder).order(shim.WORKER, act, k)
        result = context.run(tiny.command(context), cwd=folder, timeout=NOTICED,
                             env=orders.environment(tiny.environment(folder)))
        fired = orders.fired
        orders.close()
        verdict, detail = context.judge(result)
        if result.code == 65:
            words = "the program knows no limit of silence"
            return Trial(kind, what, "hang", words, result.seconds)
        if verdict == "ok" and not fired:
            return Trial(kind, what, "ok", "not reached", result.seconds)
        after = reference.finish(folder)
        if after and verdict not in ("crash", "hang", "unclear"):
            verdict, detail = after[0], "%s; then %s" % (detail, after[1])
        return Trial(kind, what, verdict, detail, result.seconds, result.megabytes)


def state_of(pid):
    """The letter of a process's state; X for one that is gone."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def is_alive(pid):
    """Whether a process runs; one that only waits to be collected does not."""
    return state_of(pid) not in "ZX"


def orphan(context, reference, kind, what, state, k):
    """The sweep is killed while its worker lives, is stopped or spins: the worker must go."""
    with context.folder("orphan") as place:
        folder = os.path.join(place, "sweep")
        os.mkdir(folder)
        reference.begin(folder, "fresh")
        orders = shim.Shim(context, place, folder)
        if state != "living":
            orders.order(shim.WORKER, "halt" if state == "stopped" else "spin", k)
        running = context.start(tiny.command(context), cwd=folder,
                                env=orders.environment(tiny.environment(folder)))
        limit = time.monotonic() + 30
        workers = []
        while time.monotonic() < limit and not running.ended():
            workers = kills.children(running.pid)
            reached = orders.fired if state != "living" else orders.counted(shim.WORKER) > k
            # The shim tells of a stop before it stops: one that comes after the parent's end would find
            # nobody to undo it. A worker that stops before is continued by the system, whose rule is
            # that a group of processes which nobody is left to continue must not stay stopped.
            if workers and reached and (state != "stopped" or any(state_of(pid) == "T" for pid in workers)):
                break
            time.sleep(0.002)
        os.kill(running.pid, signal.SIGKILL)
        start = time.monotonic()
        while any(is_alive(pid) for pid in workers) and time.monotonic() - start < GONE[state]:
            time.sleep(0.01)
        seconds = time.monotonic() - start
        left = [pid for pid in workers if is_alive(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        running.wait(5)
        orders.close()
        if left:
            return Trial(kind, what, "hang", "the worker outlives its parent by more than %d s"
                         % GONE[state], seconds)
        after = reference.finish(folder)
        return Trial(kind, what, *(after or ("ok", "gone after %.2f s" % seconds)), seconds)


def trials(context):
    reference = tiny.Reference(context)
    points = []
    for k in POINTS:
        for state in ORPHANS:
            points.append(("parent killed", "%s worker, call %d" % (state, k), orphan, state, k))
        # Noticing takes its time by design: not in a sample.
        if not context.sample:
            points.append(("stopped worker", "call %d" % k, hung, "halt", k))
            points.append(("spinning worker", "call %d" % k, hung, "spin", k))
    for kind, what, act, state, k in context.choose(points):
        yield act(context, reference, kind, what, state, k)
