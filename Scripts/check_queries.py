#!/usr/bin/env python3
"""Runs the programs of Docs/queries.md on results.sqlite: SQL, Python with pandas, R, and Datasette.

    python3 Scripts/check_queries.py [--poise .build/release/poise]

A tool that is not there is named, and its programs are left out. Exit code 1 where one fails.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def programs():
    """(language, text) of every block of code, in the document's order."""
    with open(os.path.join(ROOT, "Docs", "queries.md"), encoding="utf-8") as file:
        return re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.M | re.S)


def run_sql(text):
    """Every statement of a block; one that shows nothing is told."""
    store = sqlite3.connect("file:%s?mode=ro" % os.path.join(ROOT, "results.sqlite"), uri=True)
    count = 0
    for statement in re.sub(r"--.*", "", text).split(";"):
        if statement.strip():
            store.execute(statement).fetchall()
            count += 1
    return "%d statements" % count


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0 or not (done.stdout + done.stderr).strip():
        raise RuntimeError("exit code %d: %s" % (done.returncode, (done.stderr or done.stdout)[-600:]))
    return "%d lines" % len(done.stdout.splitlines())


def run_shell(text, folder, poise):
    command = text.strip()
    if command.startswith("poise "):
        return run([poise] + command.split()[1:], folder)
    if command.startswith("datasette "):
        if shutil.which("datasette") is None:
            return None
        answer = subprocess.run(
            ["datasette", *command.split()[1:], "--get", "/results/v_compare.json?_size=3"], cwd=folder,
            capture_output=True, text=True, check=True)
        return "%d rows" % len(json.loads(answer.stdout)["rows"])
    if "quickstart.sqlite" in command:
        command = command.replace("quickstart.sqlite", "results.sqlite")
    return run(["bash", "-c", command], folder)


def one(language, text, folder, poise):
    """What came of a program; None where its tool is missing."""
    if language == "sql":
        return run_sql(text)
    if language == "sh":
        return run_shell(text, folder, poise)
    if language == "python":
        return run([sys.executable, "-c", text], folder) if importlib.util.find_spec("pandas") else None
    if language == "r":
        return run(["Rscript", "-e", text], folder) if shutil.which("Rscript") else None
    raise RuntimeError("nobody here runs '%s'" % language)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--poise", default=os.path.join(ROOT, ".build", "release", "poise"))
    poise = os.path.abspath(parser.parse_args().poise)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(ROOT, "results.sqlite"), folder)
        for language, text in programs():
            first = text.strip().splitlines()[0][:60]
            try:
                said = one(language, text, folder, poise) or "left out: its tool is not there"
            except (RuntimeError, sqlite3.Error, subprocess.CalledProcessError, ValueError) as error:
                said, bad = "FAILS: %s" % error, bad + 1
            print("%-7s %-62s %s" % (language, first, said))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
