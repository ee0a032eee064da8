"""What happens to files: single bits, sectors, lengths, and other things under a file's name."""

import glob
import os
import shutil
import struct
import zlib

SECTOR = 512
# Each of these is done once to a file, all others at random places.
ONCE = ("emptied", "removed", "folder", "link to itself", "link to nothing", "pipe", "null device",
        "endless device", "doubled", "one byte short", "one byte long", "another run's",
        "older version's", "no permission", "header alone", "last sector lost")
AT_RANDOM = ("bit flipped", "byte changed", "sector zeroed", "sectors swapped", "cut short",
             "garbage behind", "digit changed", "bytes left out", "bytes put in")


def names(count):
    """`count` damages by name, those of a kind numbered."""
    chosen = list(ONCE)
    number = 0
    while len(chosen) < count:
        chosen.append("%s %d" % (AT_RANDOM[number % len(AT_RANDOM)], number // len(AT_RANDOM) + 1))
        number += 1
    return chosen


def apply(name, path, generator, other=None):
    """Does a damage to the file at `path`; `other` is a file of the same kind from another run.

    Returns false where this damage cannot be done to this file, or leaves it as it was.
    """
    action = SPECIAL.get(name)
    if action:
        return action(path, other)
    with open(path, "rb") as file:
        old = file.read()
    kind = name.rstrip("0123456789").rstrip() if name not in CONTENT else name
    new = CONTENT[kind](bytearray(old), generator)
    if new is None or new == old:
        return False
    replace(path, bytes(new))
    return True


def replace(path, content):
    """Puts new content under a name without touching other names of the old file."""
    os.unlink(path)
    with open(path, "wb") as file:
        file.write(content)


def place(data, generator):
    """A place in a file: in its head or tail every other time, where formats keep what matters."""
    window = generator.choice((64, 4096, len(data), len(data)))
    at = generator.randrange(min(window, len(data)))
    return at if generator.random() < 0.7 else len(data) - 1 - at


def flip(data, generator):
    if data:
        data[place(data, generator)] ^= 1 << generator.randrange(8)
    return data


def change(data, generator):
    if data:
        data[place(data, generator)] = generator.randrange(256)
    return data


def zero(data, generator):
    sectors = -(-len(data) // SECTOR)
    if sectors:
        start = generator.randrange(sectors) * SECTOR
        end = min(start + SECTOR, len(data))
        data[start:end] = bytes(end - start)
    return data


def swap(data, generator):
    """Two sectors, or two halves of a small file."""
    size = min(SECTOR, len(data) // 2)
    if not size:
        return None
    one, two = generator.sample(range(len(data) // size), 2)
    first, second = (slice(index * size, (index + 1) * size) for index in (one, two))
    data[first], data[second] = data[second], data[first]
    return data


def cut(data, generator):
    return data[:generator.randrange(len(data))] if data else None


def append(data, generator):
    count = generator.choice((1, 3, 8, 64, SECTOR, 5000))
    return data + bytes(generator.randrange(256) for _ in range(count))


def digit(data, generator):
    """Another digit in a number that is written out: what a damaged figure looks like."""
    digits = [index for index, byte in enumerate(data[:1 << 20]) if 48 <= byte <= 57]
    if not digits:
        return None
    at = generator.choice(digits)
    data[at] = 48 + (data[at] - 48 + generator.randrange(1, 10)) % 10
    return data


def leave_out(data, generator):
    if not data:
        return None
    at = place(data, generator)
    del data[at:at + generator.choice((1, 2, 8, 100))]
    return data


def put_in(data, generator):
    at = place(data, generator) if data else 0
    data[at:at] = bytes(generator.randrange(256) for _ in range(generator.choice((1, 2, 8, 100))))
    return data


CONTENT = dict(zip(AT_RANDOM, (flip, change, zero, swap, cut, append, digit, leave_out, put_in)))


def instead(make):
    """A damage that puts something else under the file's name."""
    def act(path, _):
        os.unlink(path)
        make(path)
        return True
    return act


def with_content(change_content):
    """A damage of the whole content."""
    def act(path, _):
        with open(path, "rb") as file:
            old = file.read()
        new = change_content(old)
        if new is None or new == old:
            return False
        replace(path, new)
        return True
    return act


def of_another_run(path, other):
    if other is None:
        return False
    os.unlink(path)
    shutil.copyfile(other, path)
    return True


def without_permission(path, _):
    if os.geteuid() == 0:
        return False
    os.chmod(path, 0)
    return True


def older(content):
    """The file as a version before would have marked it, with a right checksum where it has one."""
    if content[:8] == b"POISECKP":
        changed = content[:8] + struct.pack("<Q", 0) + content[16:-4]
        return changed + struct.pack("<I", zlib.crc32(changed))
    if content[:5] == b"POISE":
        return content[:8] + struct.pack("<q", 0) + content[16:]
    if content[:12] == b"poise-copies":
        return content.replace(b"poise-copies 1", b"poise-copies 0", 1)
    return None


SPECIAL = {
    "emptied": with_content(lambda _: b""),
    "removed": instead(lambda path: None),
    "folder": instead(lambda path: os.mkdir(path)),
    "link to itself": instead(lambda path: os.symlink(os.path.basename(path), path)),
    "link to nothing": instead(lambda path: os.symlink("nothing-of-this-name", path)),
    "pipe": instead(lambda path: os.mkfifo(path)),
    "null device": instead(lambda path: os.symlink("/dev/null", path)),
    "endless device": instead(lambda path: os.symlink("/dev/zero", path)),
    "doubled": with_content(lambda content: content * 2),
    "one byte short": with_content(lambda content: content[:-1]),
    "one byte long": with_content(lambda content: content + b"\0"),
    "another run's": of_another_run,
    "older version's": with_content(older),
    "no permission": without_permission,
    "header alone": with_content(lambda content: content[:40]),
    "last sector lost": with_content(lambda content: content[:(len(content) - 1) // SECTOR * SECTOR]),
}


def matching(folder, pattern):
    """Paths that fit a pattern in a folder, in order; `pattern` may name a file of any run."""
    paths = glob.glob(os.path.join(folder, pattern))
    if not paths and os.sep not in pattern:
        paths = (glob.glob(os.path.join(folder, ".poise/results/runs/baseline-*", pattern))
                 + glob.glob(os.path.join(folder, ".poise/results", pattern))
                 + glob.glob(os.path.join(folder, ".poise/cache", pattern)))
    if not pattern.endswith("-copies.cache"):
        paths = [path for path in paths if not path.endswith("-copies.cache")]
    if pattern.endswith(".lock"):
        paths = [path for path in paths if "-copies" not in path]
    return sorted(paths)


def only(folder, pattern):
    """The first path that fits."""
    paths = matching(folder, pattern)
    if not paths:
        raise SystemExit("nothing in %s fits %s" % (folder, pattern))
    return paths[0]
