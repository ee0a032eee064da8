"""The power is lost after any operation of a sweep; what is unsynced is lost, in whole or in part.

What is left is what the promises of fsync allow, see disk.py. No store may be damaged, a run that
was reported done is done, an answer of a command that changes the store holds, and the same sweep
ends with the same bits.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
import time

import disk
import shim
import tiny
from trial import Trial

NAME = "power"
WEIGHT = 24
SAMPLE = 6
SHARDS = 2

# (names, data): what becomes of changes that no fsync brought to the disk.
LOSSES = {
    "all unsynced lost": ("lost", "lost"),
    "names lost": ("lost", "kept"),
    "data lost": ("kept", "lost"),
    "by chance": ("chance", "chance"),
}
DRAWS = 4
# What is recorded: the start, and the command whose operations are replayed.
SCENES = {
    "fresh": ("fresh", None),
    "resumed": ("half", None),
    "migrated": ("old", None),
    "tag": ("whole", ["tag", "1", "kept"]),
    "note": ("whole", ["note", "2", "worth a look"]),
    "archive": ("whole", ["runs", "archive", "1"]),
}
ANSWERS = {
    "tag": "SELECT count(*) FROM tag WHERE tag = 'kept'",
    "note": "SELECT count(*) FROM comment WHERE text = 'worth a look'",
    "archive": "SELECT count(*) FROM run WHERE archived_at IS NOT NULL",
}
# An empty store of an older layout, which the sweep changes after it has made a copy.
OLD = "Tests/ResultsSQLiteTests/Fixtures/layout-2.sql"
DONE = re.compile(r"\] (\S+): done in ")


class Scene:
    """One recorded command: the disk before it, and its operations."""

    def __init__(self, context, reference, name):
        self.name = name
        self.start, words = SCENES[name]
        home = os.path.join(context.build, "references", "power-%s-%s" % (name, hashlib.sha256(
            (reference.folder + source()).encode()).hexdigest()[:16]))
        if not os.path.isdir(home):
            self.record(context, reference, words, home)
        self.before = os.path.join(home, "before")
        with open(os.path.join(home, "root"), encoding="utf-8") as file:
            self.records = disk.records(os.path.join(home, "calls"), file.read())

    def record(self, context, reference, words, home):
        """Runs the command under the shim, and keeps its log for good."""
        place = os.path.realpath(tempfile.mkdtemp(dir=os.path.dirname(home)))
        folder, before = os.path.join(place, "sweep"), os.path.join(place, "before")
        os.mkdir(folder)
        reference.begin(folder, "fresh" if self.start == "old" else self.start)
        if self.start == "old":
            old_store(context, os.path.join(folder, "results.sqlite"))
        shutil.copytree(folder, before)
        orders = shim.Shim(context, place, folder)
        orders.state.tells = shim.DATA
        command = [context.poise] + words if words else tiny.command(context)
        result = context.run(command, cwd=folder, timeout=120,
                             env=orders.environment(tiny.environment(folder)))
        orders.close()
        if result.code != 0:
            raise SystemExit("%s fails when it is recorded: %s" % (self.name, result.err))
        with open(os.path.join(place, "root"), "w", encoding="utf-8") as file:
            file.write(folder)
        shutil.rmtree(folder)
        try:
            os.rename(place, home)
        except OSError:
            # Another process was faster.
            shutil.rmtree(place)

    def points(self):
        """(kind, what, scene, operations done, draw)."""
        for number, record in enumerate(self.records):
            synced = record.operation in ("sync", "print")
            named = record.operation in ("create", "rename", "link", "unlink", "mkdir")
            if synced:
                yield self.point("all unsynced lost", number + 1, 0)
            if named or synced:
                yield self.point("names lost", number + 1, 0)
                yield self.point("data lost", number + 1, 0)
            if record.operation == "sync":
                # Before it, most is unsynced.
                for draw in range(DRAWS):
                    yield self.point("by chance", number, draw)
        for kind in LOSSES:
            yield self.point(kind, len(self.records), 9)

    def point(self, kind, count, draw):
        what = "%s, after operation %d" % (self.name, count)
        return kind, what + (", draw %d" % draw if draw else ""), self, count, draw

    def reported(self, count):
        """Names of the runs that were reported done by then."""
        text = b"".join(record.data for record in self.records[:count]
                        if record.operation == "print")
        return set(DONE.findall(text.decode("utf-8", "replace")))


def old_store(context, path):
    """Makes a store of an older layout."""
    with open(os.path.join(context.root, OLD), encoding="utf-8") as file:
        script = file.read()
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()


def layout(store):
    """The number of a store's layout; raises `sqlite3.Error`."""
    with tiny.opened(store) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection.execute("PRAGMA user_version").fetchone()[0]


def source():
    """What this part's recordings depend on besides the program."""
    with open(os.path.abspath(__file__), encoding="utf-8") as file:
        return file.read() + shim.digest()


def broken_promise(scene, count, store):
    """What was promised by then and is not there, or None; raises `sqlite3.Error`."""
    missing = scene.reported(count) - set(tiny.done(store))
    if missing:
        return "%s was reported done and is not" % ", ".join(sorted(missing))
    if scene.start == "old" and layout(store) > 2 and layout(store + ".bak-v2") != 2:
        return "the layout is changed and the copy of the old store is not whole"
    if scene.name in ANSWERS and count == len(scene.records):
        with tiny.opened(store) as connection:
            if not connection.execute(ANSWERS[scene.name]).fetchone()[0]:
                return "the command left with 0 and its change is gone"
    return None


def trial(context, reference, point):
    """One loss of power."""
    kind, what, scene, count, draw = point
    names, data = LOSSES[kind]
    model = disk.Disk(scene.before)
    for record in scene.records[:count]:
        model.take(record)
    last = scene.records[count - 1]
    at = "the last operation is %s of %s" % (last.operation, os.path.basename(last.path))
    start = time.monotonic()
    with context.folder("power") as folder:
        model.left(folder, names, data, context.random("power", what, draw))
        store = os.path.join(folder, "results.sqlite")
        try:
            broken = broken_promise(scene, count, store)
        except sqlite3.Error as error:
            return Trial(kind, what, "lost", "the store is damaged: %s; %s" % (error, at))
        if broken:
            return Trial(kind, what, "lost", "%s; %s" % (broken, at))
        after = reference.finish(folder)
        seconds = time.monotonic() - start
        if after:
            return Trial(kind, what, after[0], "%s; %s" % (after[1], at), seconds)
        return Trial(kind, what, "ok", at, seconds)


def trials(context):
    reference = tiny.Reference(context)
    points, ends = [], []
    for name in SCENES:
        scene = Scene(context, reference, name)
        points += scene.points()
        ends.append(scene.point("all unsynced lost", len(scene.records), 9))
    # What was answered last must hold: these are in every sample.
    for point in ends:
        if not context.skips(point[0], point[1]):
            yield trial(context, reference, point)
    for point in context.choose([point for point in points if point[:2] not in
                                 {end[:2] for end in ends}]):
        yield trial(context, reference, point)
