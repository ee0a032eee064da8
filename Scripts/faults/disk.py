"""A disk that loses power: what of a log of operations is left, at worst and by chance.

The rules are those that POSIX promises and no more: a file's content survives from its fsync on, a
name from the fsync of its folder on. Everything since then may be there or not, whole or by sectors
of 512 bytes, in any order; of the changes of one folder's names some first ones are there.

A file that is written, brought to the disk and renamed is there under its old name until its folder
is brought to the disk too:

>>> import random, tempfile
>>> def left(log, names="lost", data="lost"):
...     with tempfile.TemporaryDirectory() as before, tempfile.TemporaryDirectory() as after:
...         model = Disk(before)
...         for words in log:
...             model.take(Record(words[0], False, words[1], *words[2:], *("", 0, b"")[
...                 len(words) - 2:]))
...         model.left(after, names, data, random.Random(1))
...         found = {}
...         for path, _, files in os.walk(after):
...             for name in files:
...                 with open(os.path.join(path, name), "rb") as file:
...                     found[relative(os.path.join(path, name), after)] = file.read()
...         return found
>>> log = [("create", "a.tmp"), ("write", "a.tmp", "", 0, b"new"), ("sync", ""),
...        ("sync", "a.tmp"), ("rename", "a.tmp", "a")]
>>> left(log)
{'a.tmp': b'new'}
>>> left(log + [("sync", "")])
{'a': b'new'}

Without the fsync of its content the name survives alone, and without that of the folder above
nothing of a folder does:

>>> left(log[:2] + log[4:] + [("sync", "")])
{'a': b''}
>>> left([("mkdir", "b"), ("create", "b/c"), ("sync", "b/c"), ("sync", "b")])
{}
>>> left([("mkdir", "b"), ("create", "b/c"), ("sync", "b/c"), ("sync", "b"), ("sync", "")])
{'b/c': b''}

What was removed comes back until its folder is brought to the disk:

>>> left(log + [("sync", ""), ("unlink", "a")])
{'a': b'new'}
>>> left(log + [("sync", ""), ("unlink", "a")], names="kept")
{}
>>> list(sectors(510, b"abcd"))
[(510, b'ab'), (512, b'cd')]
"""

import dataclasses
import os

SECTOR = 512
FOLDER = -1


@dataclasses.dataclass
class Record:
    """One operation of the log."""

    operation: str
    worker: bool
    path: str
    other: str
    offset: int
    data: bytes


def records(log, root):
    """The operations of a log, with paths below `root` made relative ('' is the root itself)."""
    with open(log, "rb") as file:
        content = file.read()
    found, place = [], 0
    while place < len(content):
        end = content.index(b"\n", place)
        operation, role, path, other, offset, size = content[place:end].decode(
            "utf-8", "surrogateescape").split("\t")
        place = end + 1
        length = int(size) if operation in ("write", "print") else 0
        found.append(Record(operation, role == "w", relative(path, root), relative(other, root),
                            int(offset), content[place:place + length]))
        place += length
    return found


def relative(path, root):
    if path == root:
        return ""
    return path[len(root) + 1:] if path.startswith(root + "/") else path


class File:
    """One inode: what is on the disk, what is asked for, and the changes between the two."""

    def __init__(self, content=b""):
        self.durable = bytes(content)
        self.content = bytearray(content)
        self.pending = []

    def write(self, offset, data):
        put(self.content, offset, data)
        self.pending.append((offset, data))

    def truncate(self, length):
        cut(self.content, length)
        self.pending.append((length, None))

    def sync(self):
        self.durable, self.pending = bytes(self.content), []

    def by_chance(self, random):
        """Durable content with some of the changes since, perhaps torn, in another order."""
        content = bytearray(self.durable)
        kept = [change for change in self.pending if random.random() < 0.5]
        if random.random() < 0.5:
            random.shuffle(kept)
        for offset, data in kept:
            if data is None:
                cut(content, offset)
            elif random.random() < 0.3:
                for start, piece in sectors(offset, data):
                    if random.random() < 0.5:
                        put(content, start, piece)
            else:
                put(content, offset, data)
        return bytes(content)


def put(content, offset, data):
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


def cut(content, length):
    del content[length:]
    content.extend(bytes(length - len(content)))


def sectors(offset, data):
    """A write in pieces that end where sectors of the file end."""
    place = 0
    while place < len(data):
        length = SECTOR - (offset + place) % SECTOR
        yield offset + place, data[place:place + length]
        place += length


class Disk:
    """Files and folders below one root: as asked for, and as a loss of power would leave them."""

    def __init__(self, folder):
        """Everything that is in `folder` now is on the disk."""
        self.files = []
        self.durable = {}
        self.names = {}
        self.pending = {}
        for path, folders, names in os.walk(folder):
            here = relative(path, folder)
            self.add_folder(here)
            for name in folders:
                self.names[here][name] = FOLDER
            for name in names:
                with open(os.path.join(path, name), "rb") as file:
                    self.names[here][name] = self.add_file(file.read())
            self.durable[here] = dict(self.names[here])

    def add_file(self, content=b""):
        self.files.append(File(content))
        return len(self.files) - 1

    def add_folder(self, path):
        self.names[path], self.durable[path], self.pending[path] = {}, {}, []

    def file(self, path):
        """The file of that name, or None where it has none any more."""
        folder, name = os.path.split(path)
        number = self.names.get(folder, {}).get(name, FOLDER)
        return self.files[number] if number != FOLDER else None

    def change(self, folder, changes):
        """Changes names of a folder all at once: name to number, None for one that goes."""
        if folder not in self.names:
            return
        apply(self.names[folder], changes)
        self.pending[folder].append(changes)

    def take(self, record):
        """Does one operation."""
        folder, name = os.path.split(record.path)
        file = self.file(record.path)
        if record.operation == "create":
            self.change(folder, {name: self.add_file()})
        elif record.operation == "mkdir":
            self.change(folder, {name: FOLDER})
            self.add_folder(record.path)
        elif record.operation in ("unlink", "rmdir"):
            self.change(folder, {name: None})
        elif record.operation in ("rename", "link"):
            self.move(record, folder, name)
        elif record.operation == "sync" and record.path in self.names:
            self.durable[record.path] = dict(self.names[record.path])
            self.pending[record.path] = []
        elif file is None:
            return
        elif record.operation == "write":
            file.write(record.offset, record.data)
        elif record.operation == "truncate":
            file.truncate(record.offset)
        elif record.operation == "sync":
            file.sync()

    def move(self, record, folder, name):
        number = self.names.get(folder, {}).get(name)
        if number is None:
            return
        target, new = os.path.split(record.other)
        if record.operation == "link":
            self.change(target, {new: number})
        elif target == folder:
            # Two names of one file: the system does nothing.
            if self.names[folder].get(new) != number:
                self.change(folder, {name: None, new: number})
        else:
            self.change(target, {new: number})
            self.change(folder, {name: None})

    def left(self, folder, names, data, random):
        """Writes what is found after a loss of power into an empty folder.

        `names` and `data` say what becomes of changes since the last fsync: "lost", "kept", or
        "chance".
        """
        self.write_folder("", folder, names, data, random)

    def write_folder(self, path, target, names, data, random):
        entries = dict(self.durable[path])
        changes = self.pending[path]
        count = {"lost": 0, "kept": len(changes)}.get(names)
        for change in changes[:random.randint(0, len(changes)) if count is None else count]:
            apply(entries, change)
        for name, number in sorted(entries.items()):
            place = os.path.join(target, name)
            if number == FOLDER:
                os.mkdir(place)
                self.write_folder(os.path.join(path, name), place, names, data, random)
                continue
            file = self.files[number]
            with open(place, "wb") as out:
                out.write(file.durable if data == "lost" else bytes(file.content)
                          if data == "kept" else file.by_chance(random))


def apply(entries, changes):
    for name, number in changes.items():
        if number is None:
            entries.pop(name, None)
        else:
            entries[name] = number
