"""The wall clock jumps by hours while a sweep runs, forth, back, and for some processes only.

Limits of hours must not fire, and no duration that is stored or printed may be negative or long.
"""

import os
import re
import time

import shim
import tiny
from trial import Trial

NAME = "clocks"
WEIGHT = 3
SAMPLE = 3

HOURS = (-30000, -24, -1, 1, 24, 30000)
# Whose clock, and when it is off: from the start on, or by jumps on the way.
KINDS = {
    "both off": ((shim.PARENT, shim.WORKER), False),
    "sweep off": ((shim.PARENT,), False),
    "worker off": ((shim.WORKER,), False),
    "both jump": ((shim.PARENT, shim.WORKER), True),
    "sweep jumps": ((shim.PARENT,), True),
    "worker jumps": ((shim.WORKER,), True),
}
NANOSECONDS = 10 ** 9
# No sweep of this size takes so many seconds, on any machine.
LONG = 120
DURATIONS = (
    "SELECT 'run.wall_s', wall_s FROM run", "SELECT 'epoch.wall_s', wall_s FROM epoch",
    "SELECT 'run.images_per_s', 1 / images_per_s FROM run",
    "SELECT 'epoch.images_per_s', 1 / images_per_s FROM epoch")


def strange_durations(store, text):
    """Durations that cannot be, from the store and from what was printed."""
    found = []
    with tiny.opened(store) as connection:
        for query in DURATIONS:
            for name, value in connection.execute(query):
                if value is not None and not 0 <= value < LONG:
                    found.append("%s = %s" % (name, value))
    for words in re.findall(r"(?:done in|over after) ([^,:\n]+)", text):
        if not re.match(r"\d{1,2} s$", words.strip()):
            found.append("'%s'" % words)
    return found


def trial(context, reference, kind, what, hours):
    """One sweep with a clock that is wrong."""
    roles, jumps = KINDS[kind]
    with context.folder("clocks") as place:
        folder = os.path.join(place, "sweep")
        os.mkdir(folder)
        reference.begin(folder, "fresh")
        with open(os.path.join(folder, "tiny.yaml"), "a", encoding="utf-8") as file:
            file.write("limits: {run: 30m, night: 50m}\n")
        orders = shim.Shim(context, place, folder)
        off = hours * 3600 * NANOSECONDS

        def move(value):
            for role in roles:
                orders.state.clock[role] = value

        move(0 if jumps else off)
        running = context.start(tiny.command(context), cwd=folder,
                                env=orders.environment(tiny.environment(folder)))
        limit = time.monotonic() + 60
        number = 0
        while jumps and not running.ended() and time.monotonic() < limit:
            time.sleep(0.03)
            number += 1
            move(off if number % 2 else 0)
        result = running.wait(60)
        orders.close()
        verdict, detail = context.judge(result)
        if verdict == "noticed" and result.code == 2 or verdict == "left":
            verdict, detail = "wrong", "a limit fired: %s" % detail
        if verdict != "ok":
            return Trial(kind, what, verdict, detail, result.seconds)
        store = os.path.join(folder, "results.sqlite")
        after = reference.compare(folder, store, {})
        if after:
            return Trial(kind, what, after[0], after[1], result.seconds)
        strange = strange_durations(store, result.err)
        if strange:
            return Trial(kind, what, "wrong", ", ".join(strange[:3]), result.seconds)
        return Trial(kind, what, "ok", "", result.seconds)


def trials(context):
    reference = tiny.Reference(context)
    points = [(kind, "by %d hours, time %d" % (hours, number), hours)
              for kind in KINDS for hours in HOURS for number in range(2)]
    for kind, what, hours in context.choose(points):
        yield trial(context, reference, kind, what, hours)
