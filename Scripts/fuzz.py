#!/usr/bin/env python3
"""Builds the entries of Tests/Fuzz and lets libFuzzer look for inputs that break a reader.

    Scripts/fuzz.py                                every entry, ten minutes each, two at a time
    Scripts/fuzz.py --minutes 1 weights pickle     some entries

What is found lies in .build/fuzz/found; each entry's corpus stays in .build/fuzz/corpus, so that the next
run goes on from it. Figures are added to the log of the fault harness.

    COUNTERPOISE_FUZZ_ENTRY=pickle .build-fuzz/release/fuzz .build/fuzz/found/pickle/crash-…     repeats one
"""

import argparse
import base64
import json
import os
import re
import struct
import subprocess
import sys
import threading
import time
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(ROOT, ".build-fuzz", "release", "fuzz")
PLACE = os.path.join(ROOT, ".build", "fuzz")
ENTRIES = ("pictures", "weights", "pickle", "safetensors", "experiment", "table", "idx", "checkpoint",
           "outcome", "stored")
# What an input of at most 1 MB may take, and how much slower the sanitizer and the counting of places make the
# program: pictures of 0.05 to 0.1 s took 1.3 to 2.3 s.
SECONDS, MEGABYTES = 1, 256
SLOWDOWN = 20


def build():
    """Builds the fuzzing program; swiftc and clang name the sanitizers differently."""
    subprocess.run(
        ["swift", "build", "-c", "release", "--product", "fuzz", "--sanitize", "fuzzer", "--sanitize",
         "address", "-Xswiftc", "-sanitize=fuzzer,address", "--scratch-path", ".build-fuzz"],
        cwd=ROOT, check=True, env=dict(os.environ, COUNTERPOISE_FUZZ="1"))


# Corpora

def fixtures(*rooms):
    """(name, bytes) of the fixtures of some rooms' tests."""
    for room in rooms:
        for folder, _, names in os.walk(os.path.join(ROOT, "Tests", room)):
            for name in sorted(names):
                with open(os.path.join(folder, name), "rb") as file:
                    yield name, file.read()


def seeds(entry):
    """(name, bytes) of what an entry begins with."""
    weights = list(fixtures("WeightsTests/Fixtures", "NetworksTests/Fixtures"))
    if entry == "pictures":
        return [(name, data) for name, data in fixtures("ImagesTests/Fixtures")
                if not name.endswith((".rgb", ".json"))]
    if entry == "weights":
        return [one for one in weights if one[0].endswith((".pth", ".pt", ".safetensors"))]
    if entry == "pickle":
        return list(pickles(name for name, _ in weights if name.endswith(".pth")))
    if entry == "safetensors":
        return [(name, data[8:8 + struct.unpack("<Q", data[:8])[0]]) for name, data in weights
                if name.endswith(".safetensors")]
    if entry == "experiment":
        cases = json.loads(dict(fixtures("ExperimentsTests/Fixtures"))["bad-files.json"])
        return [("case-%d" % index, case["text"].encode()) for index, case in enumerate(cases)
                if isinstance(case.get("text"), str)] + list(experiments())
    if entry == "table":
        cases = json.loads(dict(fixtures("DatasetsTests/Fixtures"))["tables.json"])["cases"]
        return [("case-%d" % index, bytes([index % 8, 0]) + base64.b64decode(case["bytes"]))
                for index, case in enumerate(cases)]
    if entry == "idx":
        plain = struct.pack(">4I", 0x803, 3, 2, 2) + bytes(12)
        return list(fixtures("FilesTests/Fixtures")) + [
            ("plain", plain), ("cifar", bytes(3073)), ("fine", bytes(3074))]
    if entry == "checkpoint":
        return [("one", checkpoint([("a", [2, 3], 0), ("b", [], 24)], 28)), ("none", checkpoint([], 0))]
    name = {"outcome": "outcome.json", "stored": "recipe.json"}[entry]
    found = [(name, data) for other, data in fixtures("Fuzz/Seeds") if other == name]
    return found + [("values", b'{"a":[1,-2.5e3,null,true,"\\u00e4\\n"],"b":{}}')]


def experiments():
    folder = os.path.join(ROOT, "Experiments")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".yaml"):
            with open(os.path.join(folder, name), "rb") as file:
                yield name, file.read()


def pickles(names):
    for name in names:
        for room in ("WeightsTests", "NetworksTests"):
            path = os.path.join(ROOT, "Tests", room, "Fixtures", name)
            if os.path.exists(path) and zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for part in archive.namelist():
                        if part.endswith("data.pkl"):
                            yield name, archive.read(part)


def checkpoint(tensors, size):
    """A checkpoint without its CRC, which the entry adds."""
    directory = json.dumps([{"name": name, "shape": shape, "offset": offset}
                            for name, shape, offset in tensors]).encode()
    metadata = b'["shoe","hat"]'
    return (b"POISECKP" + struct.pack("<4Q", 1, len(directory), len(metadata), size)
            + directory + metadata + bytes(size))


# Runs

class Entry:
    """One entry's corpus, findings and figures."""

    def __init__(self, name, minutes, patience):
        self.name, self.minutes, self.patience = name, minutes, patience
        sanitizer = "detect_leaks=0:quarantine_size_mb=4:malloc_context_size=4:symbolize=0"
        self.environment = dict(
            os.environ, COUNTERPOISE_FUZZ_ENTRY=name, ASAN_OPTIONS=sanitizer,
            SWIFT_BACKTRACE="enable=no", OPENBLAS_NUM_THREADS="1")
        self.corpus = os.path.join(PLACE, "corpus", name)
        self.found = os.path.join(PLACE, "found", name)
        for folder in (self.corpus, self.found):
            os.makedirs(folder, exist_ok=True)
        for seed, data in seeds(name):
            with open(os.path.join(self.corpus, "seed-" + seed), "wb") as file:
                file.write(data)

    def run(self):
        """Fuzzes for the entry's minutes; a finding does not end it. Returns its line of the log."""
        end = time.monotonic() + self.minutes * 60
        executions, covered, new = 0, 0, []
        log = os.path.join(PLACE, self.name + ".log")
        open(log, "w").close()
        while end - time.monotonic() > 1:
            before = set(os.listdir(self.found))
            command = ["nice", PROGRAM, self.corpus, "-print_final_stats=1", "-max_len=40000",
                       "-max_total_time=%d" % (end - time.monotonic()),
                       "-timeout=%d" % (SECONDS * SLOWDOWN * self.patience), "-rss_limit_mb=%d" % MEGABYTES,
                       "-artifact_prefix=%s/" % self.found]
            result = subprocess.run(
                command, cwd=PLACE, env=self.environment, stdin=subprocess.DEVNULL,
                capture_output=True, encoding="utf-8", errors="replace")
            with open(log, "a", encoding="utf-8") as file:
                file.write(result.stderr)
            counts = re.findall(r"number_of_executed_units: (\d+)", result.stderr)
            executions += sum(map(int, counts))
            covered = max([covered] + [
                int(count) for count in re.findall(r" cov: (\d+)", result.stderr)])
            left = sorted(set(os.listdir(self.found)) - before)
            new += [name for name in left if self.stands(name)]
            if result.returncode != 0 and not left:
                new.append("crash-without-input")
                break
        verdict = "ok" if executions else "crash"
        for start, word in (("oom-", "large"), ("timeout-", "hang"), ("crash-", "crash")):
            if any(name.startswith(start) for name in new):
                verdict = word
        detail = "%d executions, %d places reached" % (executions, covered)
        if new:
            detail += "; found %s" % ", ".join(new[:4])
        return {"part": "fuzz", "kind": self.name, "what": "%g minutes" % self.minutes,
                "verdict": verdict, "detail": detail, "seconds": self.minutes * 60, "megabytes": 0.0,
                "seed": 0}

    def stands(self, name):
        """Whether a finding is one when nothing else runs in its process; removes it if not.

        libFuzzer's clock is that of the wall: on a busy machine it stops inputs that took a moment.
        """
        path = os.path.join(self.found, name)
        limits = ["-rss_limit_mb=%d" % MEGABYTES, "-timeout=%d" % (20 * SLOWDOWN * SECONDS)]
        process = subprocess.Popen(
            [PROGRAM, path] + limits, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PLACE)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 or usage.ru_utime + usage.ru_stime > SECONDS * SLOWDOWN:
            return True
        os.remove(path)
        return False


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", nargs="*", help="of: " + ", ".join(ENTRIES))
    parser.add_argument("--minutes", type=float, default=10, help="of each entry (%(default)g)")
    parser.add_argument("--jobs", type=int, default=2, help="entries at a time (%(default)d)")
    parser.add_argument("--patience", type=int, default=1,
                        help="how often %d s an input may take by the clock of the wall, on a busy "
                        "machine; findings are judged by time on a processor" % (SECONDS * SLOWDOWN))
    parser.add_argument("--no-build", action="store_true", help="use the program that is there")
    options = parser.parse_args()
    strange = set(options.entries) - set(ENTRIES)
    if strange:
        raise SystemExit("no entry '%s'; there are %s" % (
            "', '".join(sorted(strange)), ", ".join(ENTRIES)))
    if not options.no_build:
        build()
    waiting = [Entry(name, options.minutes, options.patience) for name in options.entries or ENTRIES]
    lines, lock = [], threading.Lock()

    def serve():
        while True:
            with lock:
                if not waiting:
                    return
                entry = waiting.pop(0)
            line = entry.run()
            with lock:
                lines.append(line)
                print("%-12s %-6s %s" % (entry.name, line["verdict"], line["detail"]), flush=True)

    threads = [threading.Thread(target=serve) for _ in range(max(options.jobs, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = os.path.join(ROOT, ".build", "faults", "log.jsonl")
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "a", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
    return 1 if any(line["verdict"] != "ok" for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
