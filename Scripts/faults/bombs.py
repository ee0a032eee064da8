"""Small files that ask for much, given to the program: what each costs, and what it says.

`Tests/References/bombs.py` makes the files. For inputs of at most 1 MB the program may take one
second of a processor and 256 MB; above, time and memory may grow with the file's length.
Only Python's standard library is used.

Run: python3 Scripts/faults/bombs.py .build/release/poise [KIND …]     prints a table
"""

import importlib.util
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

MAKERS = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "References" / "bombs.py"
SECONDS = 1.0
MEGABYTES = 256.0
PATIENCE = 120.0  # a wall clock, for what never ends

EXPERIMENT = "name: x\nimage: {size: 16}\nsplit: {test: 0.2}\nstrategies: {baseline: {}}\n"


def names():
    """Kinds and names of all files that can be made."""
    spec = importlib.util.spec_from_file_location("bomb_makers", MAKERS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [(kind, name) for kind, group in module.KINDS.items() for name in group]


def make(kind, name, folder):
    """Makes one file, by another process: what this one holds would be counted as the program's."""
    subprocess.run([sys.executable, MAKERS, folder, kind, name], check=True, stdout=subprocess.DEVNULL)
    return folder / kind / name


def picture(shade):
    """A sound PNG of 16 × 16 pixels, each file with other pixels."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data
            + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = b"".join(b"\0" + bytes([shade, row * 16, 99] * 16) for row in range(16))
    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def pictures(folder):
    """Two classes of ten sound pictures."""
    for index in range(20):
        home = folder / "ab"[index % 2]
        home.mkdir(exist_ok=True)
        (home / f"{index}.png").write_bytes(picture(index * 12))


def write(folder, dataset, more=""):
    (folder / "x.yaml").write_text(EXPERIMENT + f"dataset: {{{dataset}}}\n" + more)


def arrange(kind, name, source, folder):
    """Lays the input where an experiment file leads to it; returns the command's arguments."""
    if kind == "yaml":
        pictures(folder)
        os.rename(source, folder / "x.yaml")
        return ["check", "x.yaml", "--no-data"]
    if kind == "csv":
        os.rename(source, folder / name)
        write(
            folder, f"format: csv, root: ., file: {name}, id: id, label: label, image: '{{id}}.png',"
            " quarantine_limit: 1")
        return ["data", "x.yaml"]
    if kind == "idx":
        os.rename(source, folder / "images.gz")
        (folder / "labels").write_bytes(
            struct.pack(">HBBI", 0, 8, 1, 20) + bytes(i % 2 for i in range(20)))
        write(folder, "format: idx, root: ., train_images: images.gz, train_labels: labels")
        return ["data", "x.yaml"]
    pictures(folder)
    if kind == "list":
        os.rename(source, folder / name)
        (folder / "train.txt").write_text("a/0.png\na/2.png\nb/1.png\nb/3.png\n")
        (folder / "x.yaml").write_text(
            EXPERIMENT.replace("0.2", f"{{lists: {{train: train.txt, test: {name}}}}}")
            + "dataset: {format: folder, root: .}\n")
        return ["data", "x.yaml"]
    if kind == "weights":
        os.rename(source, folder / name)
        write(folder, "format: folder, root: .", f"model: {{weights: {name}}}\n")
        return ["check", "x.yaml", "--no-data"]
    os.rename(source, folder / "a" / name)
    write(folder, "format: folder, root: ., quarantine_limit: 1")
    return ["data", "x.yaml", "--threads", "1"]


def run(poise, arguments, folder):
    """One call: its exit code (negative after a signal), what it said, seconds, megabytes."""
    with open(folder / "said", "wb") as said:
        process = subprocess.Popen(
            [poise, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True)
        end = time.monotonic() + PATIENCE
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.01)
    process.returncode = os.waitstatus_to_exitcode(status)
    text = (folder / "said").read_text(errors="replace")
    return process.returncode, text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def verdict(code, size, seconds, megabytes):
    if code == -signal.SIGKILL:
        return "hang"
    if code < 0:
        return "crash"
    share = max(1.0, size / 1e6)
    if seconds > SECONDS * share:
        return "hang"
    if megabytes > MEGABYTES * share:
        return "large"
    return "ok" if code == 0 else "noticed"


def trial(poise, kind, name):
    """What one file costs. `seconds` are those of the processor, so that others do not count."""
    with tempfile.TemporaryDirectory(prefix="bombs-") as home:
        source = make(kind, name, pathlib.Path(home) / "made")
        size = source.stat().st_size
        folder = pathlib.Path(home) / "trial"
        folder.mkdir()
        arguments = arrange(kind, name, source, folder)
        code, text, seconds, megabytes = run(poise, arguments, folder)
    return {
        "kind": kind, "what": name, "verdict": verdict(code, size, seconds, megabytes),
        "seconds": round(seconds, 2), "megabytes": round(megabytes), "bytes": size,
        "words": next((line for line in text.splitlines() if name in line), text)[:400],
    }


def trials(poise, seed, count):
    """Tries `count` of the files, in an order that `seed` decides; all of them where `count` is 0.

    Yields for each `kind`, `what`, `verdict` (`ok` or `noticed` where all is well), `seconds`
    and `megabytes`.
    """
    poise = shutil.which(poise) or os.path.abspath(poise)
    every = names()
    random.Random(seed).shuffle(every)
    for kind, name in every[: count or len(every)]:
        yield trial(poise, kind, name)


def main():
    poise = os.path.abspath(sys.argv[1])
    kinds = sys.argv[2:]
    bad = 0
    for kind, name in names():
        if kinds and kind not in kinds:
            continue
        found = trial(poise, kind, name)
        bad += found["verdict"] not in ("ok", "noticed")
        print(
            f"{kind:8} {name:32} {found['bytes']:>9} {found['seconds']:>7.2f} s"
            f" {found['megabytes']:>6} MB  {found['verdict']}", flush=True)
        if "VERBOSE" in os.environ:
            print("         " + found["words"].replace("\n", "\n         "), flush=True)
    print(f"{bad} beyond the bounds" if bad else "all within the bounds")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
