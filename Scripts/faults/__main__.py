"""Proves that nothing is lost when things break: kills, faults of system calls, damage, power loss.

    python3 Scripts/faults --sample                a spread of every part, in a minute or two
    python3 Scripts/faults                         all of it, an hour on two cores
    python3 Scripts/faults --continue              goes on where that was interrupted
    python3 Scripts/faults --parts calls,power     some parts
    python3 Scripts/faults --table Docs/reliability.md      writes the newest table into a document

Exit code 0: no trial ended badly. 1: some did; they are listed with the command that repeats each.
"""

import argparse
import datetime
import inspect
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback

import context as contexts
import parts
import table
import trial

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Seconds that a part may take after its time, for its last trial.
GRACE = 300
# Trials of a part that has no other measure.
COUNT = 1000
MINUTES = 60


def arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/faults", description=__doc__, add_help=True,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--poise", default=os.path.join(ROOT, ".build/release/poise"),
                        help="the program to try (%(default)s)")
    parser.add_argument("--parts", default="", help="of: " + ", ".join(parts.PARTS))
    parser.add_argument("--seed", type=int, default=1, help="of every random choice (%(default)s)")
    parser.add_argument("--minutes", type=float, help="for all parts together; without it an hour, "
                        "and longer where a part promises to be complete")
    parser.add_argument("--sample", action="store_true", help="a few trials of every part")
    parser.add_argument("--count", type=int, help="at most so many trials of each part")
    parser.add_argument("--only", help="one trial alone, by its name as it was printed")
    parser.add_argument("--jobs", type=int, default=2, help="parts at a time (%(default)s)")
    parser.add_argument("--log", help="where results go, a JSON line each "
                        "(.build/faults/log.jsonl; samples: sample.jsonl)")
    parser.add_argument("--continue", dest="goes_on", action="store_true",
                        help="leave out what the log has already")
    parser.add_argument("--table", metavar="FILE",
                        help="write the log's table between the markers of a document, and end")
    parser.add_argument("--shard", help=argparse.SUPPRESS)
    parser.add_argument("--deadline", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--bounded", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def results(module, context):
    """The trials of a part, whichever of the two forms its function has."""
    names = list(inspect.signature(module.trials).parameters)
    if names[:1] == ["context"]:
        yield from module.trials(context)
        return
    known = {"poise": context.poise, "seed": context.seed,
             "count": context.wanted if context.wanted is not None else
             getattr(module, "COUNT", COUNT)}
    for one in module.trials(**{name: known[name] for name in names}):
        fields = {name: one[name] for name in one
                  if name in ("kind", "what", "verdict", "detail", "seconds", "megabytes")}
        fields["what"] = str(fields["what"])
        result = trial.Trial(**fields)
        if not context.skips(result.kind, result.what):
            yield result
        if context.expired():
            return


def work(options, name, shard, done):
    """Does a part, or a share of it, in this process: a JSON line a trial on standard output."""
    module = parts.load(name)
    wanted = options.count
    if options.sample and wanted is None:
        wanted = module.SAMPLE
    if wanted is not None:
        wanted = -(-wanted // shard[1])
    context = contexts.Context(
        options.poise, ROOT, seed=options.seed, sample=options.sample, wanted=wanted,
        deadline=options.deadline, bounded=options.bounded, only=options.only, done=done,
        shard=shard)
    for result in results(module, context):
        line = {"part": name, "kind": result.kind, "what": result.what, "verdict": result.verdict,
                "detail": result.detail[:600], "seconds": round(result.seconds, 3),
                "megabytes": round(result.megabytes, 1), "seed": options.seed}
        print(json.dumps(line), flush=True)


class Driver:
    """Starts parts as processes of their own, and gathers what they print."""

    def __init__(self, options, names, log):
        self.options, self.names, self.log = options, names, log
        self.lock = threading.Lock()
        self.lines = table.read(log) if options.goes_on else []
        self.broken = []
        self.running = set()
        self.told = time.monotonic()

    def tasks(self):
        """(part, shard, minutes), the longest first."""
        modules = [parts.load(name) for name in self.names]
        total = sum(module.WEIGHT for module in modules) or 1
        share = (self.options.minutes or MINUTES) * max(self.options.jobs, 1) / total
        tasks = []
        for module in modules:
            count = 1 if self.options.sample or self.options.only else module.SHARDS
            for index in range(count):
                tasks.append((module.__name__, (index, count), module.WEIGHT * share / count))
        return sorted(tasks, key=lambda task: -task[2])

    def run(self):
        """Does all of it."""
        waiting = self.tasks()
        threads = [threading.Thread(target=self.serve, args=(waiting,))
                   for _ in range(max(self.options.jobs, 1))]
        for thread in threads:
            thread.daemon = True
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            for process in list(self.running):
                os.killpg(process.pid, signal.SIGKILL)
            raise SystemExit("stopped; --continue goes on from here")

    def serve(self, waiting):
        while True:
            with self.lock:
                if not waiting:
                    return
                task = waiting.pop(0)
            try:
                self.do(*task)
            except Exception:
                with self.lock:
                    self.broken.append((task[0], traceback.format_exc()))

    def do(self, name, shard, minutes):
        options = self.options
        command = [sys.executable, os.path.dirname(os.path.abspath(__file__)),
                   "--poise", options.poise, "--parts", name, "--seed", str(options.seed),
                   "--log", self.log, "--shard", "%d/%d" % shard,
                   "--deadline", str(time.monotonic() + minutes * 60)]
        for flag, value in (("--sample", options.sample), ("--continue", options.goes_on)):
            command += [flag] if value else []
        for flag, value in (("--only", options.only), ("--count", options.count)):
            command += [flag, str(value)] if value is not None else []
        command += ["--bounded"] if options.minutes is not None else []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   encoding="utf-8", start_new_session=True)
        self.running.add(process)
        errors = []
        listener = threading.Thread(target=lambda: errors.extend(process.stderr))
        listener.start()
        # A part that must be complete may take longer, but not for ever.
        most = minutes * (1 if options.minutes is not None else 5)
        timer = threading.Timer(most * 60 + GRACE, process.kill)
        timer.start()
        try:
            for text in process.stdout:
                self.take(text)
        finally:
            process.wait()
            self.running.discard(process)
            timer.cancel()
            listener.join(10)
        if process.returncode != 0:
            with self.lock:
                self.broken.append((name, "ended with %d\n%s" % (
                    process.returncode, "".join(errors[-20:]))))

    def take(self, text):
        line = json.loads(text)
        with self.lock:
            self.lines.append(line)
            with open(self.log, "a", encoding="utf-8") as file:
                file.write(text)
            if line["verdict"] in trial.BAD:
                print("%s  %s: %s  %s  %s" % (
                    line["part"], line["kind"], line["what"], line["verdict"],
                    line["detail"]), file=sys.stderr, flush=True)
            if time.monotonic() - self.told > 60:
                self.told = time.monotonic()
                print("%d trials, %d ended badly" % (len(self.lines), len(table.bad(self.lines))),
                      file=sys.stderr, flush=True)


def tell(driver):
    """Prints the table and what ended badly."""
    print(table.text(driver.lines, driver.names))
    wrong = table.bad(driver.lines)
    if wrong:
        print("\n%d trials ended badly:" % len(wrong))
    for line in wrong:
        print("- %s, %s: %s: %s; %s\n  %s" % (
            line["part"], line["kind"], line["what"], line["verdict"],
            line["detail"] or trial.MEANING[line["verdict"]], table.repeating(line)))
    for name, words in driver.broken:
        print("\nthe part '%s' itself broke: %s" % (name, words))
    return 1 if wrong or driver.broken else 0


def heading(options, lines):
    """The sentence above the table in a document."""
    seeds = sorted({str(line["seed"]) for line in lines})
    return "%s, seed %s, %d processors:" % (
        datetime.date.today().isoformat(), ", ".join(seeds), os.cpu_count() or 1)


def main():
    options = arguments()
    names = [name for name in options.parts.split(",") if name] or parts.available()
    strange = [name for name in names if name not in parts.available()]
    if strange:
        raise SystemExit("no part '%s'; there are %s" % (
            "', '".join(strange), ", ".join(parts.available())))
    build = os.path.join(ROOT, ".build", "faults")
    os.makedirs(build, exist_ok=True)
    log = options.log or os.path.join(build, "sample.jsonl" if options.sample else "log.jsonl")
    if options.table:
        lines = table.read(log)
        table.replace(options.table, lines, parts.PARTS, heading(options, lines))
        return 0
    options.poise = os.path.abspath(options.poise)
    if not os.access(options.poise, os.X_OK):
        raise SystemExit("there is no program '%s'; build it, or give --poise" % options.poise)
    done = ()
    if options.goes_on:
        done = {trial.key(line["kind"], line["what"]) for line in table.read(log)
                if line.get("part") in names and line.get("seed") == options.seed}
    if options.shard:
        index, count = options.shard.split("/")
        work(options, names[0], (int(index), int(count)), done)
        return 0
    if not options.goes_on and not options.only and os.path.exists(log):
        os.remove(log)
    driver = Driver(options, names, log)
    start = time.monotonic()
    driver.run()
    code = tell(driver)
    print("\n%.0f s; results in %s" % (time.monotonic() - start, log))
    return code


if __name__ == "__main__":
    sys.exit(main())
