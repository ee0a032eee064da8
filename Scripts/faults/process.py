"""Runs a program with bounds, and says how it ended."""

import dataclasses
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time

CRASHES = (signal.SIGSEGV, signal.SIGILL, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE,
           signal.SIGTRAP, signal.SIGSYS)

# Words of libraries and of the language that no user should have to read.
RAW = re.compile(
    r"Error Domain=|NSError|NSCocoaErrorDomain|NSPOSIXErrorDomain|The operation could not be"
    r"|The operation couldn|The file .* couldn|DecodingError|EncodingError|SQLite error \d+"
    r"|Fatal error|Optional\(|_code=|Swift\.[A-Z]|GRDB\.|error 0x|0x[0-9a-f]{8,}"
    r"|^Error: [A-Za-z]+\(", re.M)


@dataclasses.dataclass
class Result:
    """How a process ended; `code` is None where a signal ended it."""

    code: object
    signal: object
    out: str
    err: str
    seconds: float
    megabytes: float
    timed_out: bool

    @property
    def crashed(self):
        return self.signal in CRASHES or "Fatal error" in self.err

    @property
    def raw(self):
        """The raw words in what was said, or None."""
        found = RAW.search(self.err)
        return found.group(0) if found else None

    @property
    def last(self):
        """The last line of what was said."""
        lines = self.err.strip().splitlines()
        return lines[-1] if lines else ""

    @property
    def ending(self):
        """How it ended, in words."""
        if self.timed_out:
            return "no end after %.0f s" % self.seconds
        return "signal %d" % self.signal if self.signal else "exit code %s" % self.code


def judge(result):
    """Verdict and detail for a command that may be refused."""
    if result.timed_out:
        return "hang", result.ending
    if result.crashed or result.signal:
        return "crash", "%s: %s" % (result.ending, result.last)
    if result.code == 0:
        return "ok", ""
    if result.raw or result.code == 1 or not result.last:
        return "unclear", "%s: %s" % (result.ending, result.last)
    return ("left" if result.code == 75 else "noticed"), "%s: %s" % (result.ending, result.last)


class Running:
    """A process in a group of its own."""

    def __init__(self, args, cwd=None, env=None, limits=None, input=None):
        self.files = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
        source = subprocess.DEVNULL
        if input is not None:
            source = tempfile.TemporaryFile()
            source.write(input)
            source.seek(0)
            self.files.append(source)

        def prepare():
            for name, value in (limits or {}).items():
                resource.setrlimit(name, (value, value))

        self.start = time.monotonic()
        self.process = subprocess.Popen(
            args, cwd=cwd, env=env, stdin=source, stdout=self.files[0], stderr=self.files[1],
            start_new_session=True, preexec_fn=prepare if limits else None)
        self.usage = None

    @property
    def pid(self):
        return self.process.pid

    def ended(self):
        """Whether it has ended; collects its usage then."""
        if self.process.returncode is not None:
            return True
        pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if pid == 0:
            return False
        self.usage = usage
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return True

    def kill_group(self):
        """Ends it and all its children."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def wait(self, timeout):
        """Its result; the whole group is ended after `timeout` seconds."""
        over = threading.Event()

        def end():
            over.set()
            self.kill_group()

        timer = threading.Timer(timeout, end)
        timer.start()
        try:
            if self.process.returncode is None:
                _, status, self.usage = os.wait4(self.process.pid, 0)
                self.process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            timer.cancel()
        seconds = time.monotonic() - self.start
        texts = []
        for file in self.files[:2]:
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
        for file in self.files:
            file.close()
        code = self.process.returncode
        return Result(
            code=code if code >= 0 else None, signal=-code if code < 0 else None,
            out=texts[0], err=texts[1], seconds=seconds,
            megabytes=self.usage.ru_maxrss / 1024 if self.usage else 0.0,
            timed_out=over.is_set())


def run(args, cwd=None, env=None, timeout=60, limits=None, input=None):
    """Runs a program to its end."""
    return Running(args, cwd=cwd, env=env, limits=limits, input=input).wait(timeout)
