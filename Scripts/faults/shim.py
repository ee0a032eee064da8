"""Builds the shim, and says to it what to do: see shim.h."""

import ctypes
import errno
import hashlib
import mmap
import os
import shutil
import subprocess

CALLS = ["open", "create", "read", "write", "sync", "rename", "link", "unlink", "truncate", "mkdir",
         "map", "close", "lock", "stat", "list", "spawn", "pipe", "poll"]
KINDS = ["nothing", "fail", "short", "kill-before", "kill-after", "torn", "spin", "halt",
         "kill-all"]
PARENT, WORKER = 1, 2
NO_LIMIT = 2 ** 63 - 1
NAMES, DATA = 1, 2


class State(ctypes.Structure):
    """As `struct state` of shim.h."""

    _fields_ = [
        ("magic", ctypes.c_uint64), ("counted", ctypes.c_uint64 * 3), ("at", ctypes.c_int64),
        ("role", ctypes.c_int32), ("kind", ctypes.c_int32), ("error", ctypes.c_int32),
        ("sticky", ctypes.c_int32), ("mask", ctypes.c_uint64), ("fired", ctypes.c_uint64),
        ("clock", ctypes.c_int64 * 3), ("quota", ctypes.c_int64), ("tells", ctypes.c_int32),
        ("spare", ctypes.c_int32), ("root", ctypes.c_char * 1024), ("log", ctypes.c_char * 1024)]


def sources():
    """The files that the shim is made of."""
    here = os.path.dirname(os.path.abspath(__file__))
    return [os.path.join(here, name) for name in
            ("shim.h", "shim.c", "shim_data.c", "shim_names.c")]


def digest():
    """A short name for the shim's sources."""
    content = hashlib.sha256()
    for path in sources():
        with open(path, "rb") as file:
            content.update(file.read())
    return content.hexdigest()[:16]


def library(context):
    """The path of the compiled shim, compiled where its sources have changed."""
    target = os.path.join(context.build, "shim-%s.so" % digest())
    if os.path.exists(target):
        return target
    compiler = shutil.which("clang") or shutil.which("cc")
    if compiler is None:
        raise SystemExit("the shim needs a C compiler; clang comes with Swift")
    temporary = "%s.%d" % (target, os.getpid())
    subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-std=gnu11", "-Wall", "-Werror", "-pthread"]
        + sources()[1:] + ["-o", temporary, "-ldl"], check=True)
    os.rename(temporary, target)
    return target


def mask(calls):
    """The bits of some calls."""
    return sum(1 << CALLS.index(call) for call in calls)


class Shim:
    """One shim's orders, in a file that all processes of a trial map."""

    def __init__(self, context, folder, root):
        """`folder` is where its own files go; files below `root` count."""
        self.library = library(context)
        self.path = os.path.join(folder, "orders")
        self.log = os.path.join(folder, "calls")
        with open(self.path, "wb") as file:
            file.truncate(ctypes.sizeof(State))
        open(self.log, "wb").close()
        self.file = open(self.path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), ctypes.sizeof(State))
        self.state = State.from_buffer(self.map)
        self.state.at = -1
        self.state.quota = NO_LIMIT
        self.state.mask = mask(CALLS)
        self.state.root = os.fsencode(os.path.realpath(root))
        self.state.log = os.fsencode(self.log)

    def order(self, role, kind, at, calls=None, error=None, sticky=False):
        """Acts upon the call number `at` among `calls`."""
        self.state.role = role
        self.state.kind = KINDS.index(kind)
        self.state.error = getattr(errno, error) if error else 0
        self.state.sticky = int(sticky)
        if calls is not None:
            self.state.mask = mask(calls)
        self.state.at = at
        return self

    def environment(self, base):
        """Variables for the program."""
        return dict(base, LD_PRELOAD=self.library, COUNTERPOISE_FAULTS=self.path)

    @property
    def fired(self):
        return self.state.fired

    def counted(self, role):
        return self.state.counted[role]

    def lines(self):
        """The log of names: role, number, call, path."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            fields = [line.rstrip("\n").split("\t") for line in file]
        return [line for line in fields if len(line) == 4]

    def close(self):
        del self.state
        self.map.close()
        self.file.close()
