"""Disks that are too small: real ones where root may mount them, and always a quota by the shim.

The sweep meets a full disk somewhere; the disk then grows, and the same command is given again.
"""

import ctypes
import os

import calls
import shim
import tiny
from trial import Trial

NAME = "disks"
WEIGHT = 8
SAMPLE = 5

KILOBYTE, PAGE = 1024, 4096
# From nothing to more than a sweep needs.
SIZES = [size * KILOBYTE for size in (
    list(range(0, 256, 8)) + list(range(256, 1024, 48)) + list(range(1024, 5120, 128)))]
NEW_NAMES, PRIVATE = 0x20000, 0x4000 | 0x40000


def own_mounts():
    """Gives this process mounts that end with it; whether that worked."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(NEW_NAMES) != 0:
        return False
    return library.mount(b"none", b"/", None, PRIVATE, None) == 0


def mount(folder, size, more=""):
    """Mounts a disk of so many bytes on a folder, or changes its size."""
    library = ctypes.CDLL(None, use_errno=True)
    flags = 0x20 if more == "remount" else 0
    return library.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", flags, b"size=%d" % size) == 0


def can_mount(context):
    """Whether this process may have disks of its own."""
    if os.geteuid() != 0 or not own_mounts():
        return False
    with context.folder("disk") as folder:
        if not mount(folder, 1 << 20):
            return False
        unmount(folder)
        return True


def unmount(folder):
    """Takes the disk away, even where a process still uses it."""
    ctypes.CDLL(None).umount2(os.fsencode(folder), 2)


def room(reference, start):
    """Bytes that a disk must have for what is there at the start, by pages."""
    if start == "fresh":
        return 64 * KILOBYTE
    total = 64 * KILOBYTE
    for path, folders, files in os.walk(reference.half):
        total += PAGE * len(folders)
        for name in files:
            total += -(-os.path.getsize(os.path.join(path, name)) // PAGE) * PAGE
    return total


def judged(context, reference, folder, result, kind, what):
    """The verdict of a disturbed sweep once the disk has grown."""
    verdict, detail = context.judge(result)
    if result.code == 2:
        verdict, detail = "lost", "a run stands as failed: %s" % result.last
    if verdict == "ok":
        after = reference.compare(folder, os.path.join(folder, "results.sqlite"), {})
    else:
        after = reference.finish(folder)
    if after and verdict not in ("crash", "hang", "unclear"):
        verdict, detail = after[0], "%s; then %s" % (detail, after[1])
    return Trial(kind, what, verdict, detail, result.seconds, result.megabytes)


def by_mount(context, reference, kind, what, start, size):
    """A sweep on a disk of its own."""
    with context.folder("disk") as folder:
        least = room(reference, start)
        if not mount(folder, least + size):
            raise OSError("no disk of %d bytes can be mounted any more" % (least + size))
        try:
            reference.begin(folder, start)
            result = context.run(
                tiny.command(context), cwd=folder, env=tiny.environment(folder), timeout=60)
            mount(folder, 64 << 20, "remount")
            return judged(context, reference, folder, result, kind, what)
        finally:
            unmount(folder)


def by_quota(context, reference, kind, what, start, size):
    """A sweep whose files may grow by so many bytes."""
    with context.folder("quota") as place:
        folder = os.path.join(place, "sweep")
        os.mkdir(folder)
        reference.begin(folder, start)
        orders = shim.Shim(context, place, folder)
        orders.state.quota = size
        result = context.run(tiny.command(context), cwd=folder, timeout=60,
                             env=orders.environment(tiny.environment(folder)))
        orders.close()
        return judged(context, reference, folder, result, kind, what)


def trials(context):
    reference = tiny.Reference(context)
    kinds = {"quota": by_quota}
    if can_mount(context):
        kinds["small disk"] = by_mount
    points = [(kind, "%s start, %d KB" % (start, size // KILOBYTE), start, size)
              for kind in kinds for start in calls.STARTS for size in SIZES]
    for kind, what, start, size in context.choose(points):
        yield kinds[kind](context, reference, kind, what, start, size)
