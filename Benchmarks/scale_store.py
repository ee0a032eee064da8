"""Makes a results file with thousands of runs, and times what reads it.

    python Benchmarks/scale_store.py fill scale.sqlite [--poise .build/release/poise]
    python Benchmarks/scale_store.py time scale.sqlite [--poise .build/release/poise] [--against OLD/poise]

`fill` sweeps two small sets of striped pictures (39 and 150 classes) for a minute with the program and
multiplies the runs by SQL: by default 66 sweeps of 150 runs over 39 classes and one of 150 runs over 150
classes, each with 30 strategies and 5 seeds, 20 epochs, confusions of both splits, figures, test images
with leaks, masses, settings; among them some failed, equal and archived runs. `--runs-per-sweep 10050
--sweeps 1` puts everything into one sweep. Nothing in it is random: two calls give the same rows.

`time` runs every command in turn with both programs and every view's `WHERE sweep` and `WHERE run` with
the SQLite of this Python, and prints medians. Seconds of one machine are comparable within one call only.
"""

import argparse
import importlib.util
import os
import pathlib
import resource
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Tests" / "References"))
import store_digests  # noqa: E402

EXPERIMENT = """\
name: {name}
dataset:
  name: stripes{classes}
  format: idx
  root: .
  train_images: train-images
  train_labels: train-labels
  test_images: test-images
  test_labels: test-labels
split: {{test: given, validation: 0.2}}
image: {{size: 8}}
model: {{architecture: cifar_resnet20, stem: small}}
training:
  epochs: 1
  batch: 64
  optimizer: {{rule: sgd, learning_rate: 0.05}}
  schedule: {{curve: cosine, warmup_epochs: 0.5}}
baseline: baseline
strategies:
  baseline: {{}}
  focal: {{}}
seeds: [1]
store_predictions: true
"""

STRATEGIES, EPOCHS, TEST_IMAGES = 30, 20, 8


def pictures(folder, split, labels):
    """Striped pictures of 8 by 8 as IDX; the first of each class is the same in both splits."""
    pixels = bytearray()
    for place, label in enumerate(labels):
        number = labels.index(label) - place  # 0 for the first of its class
        for y in range(8):
            for x in range(8):
                noise = (number * 37 + y * 11 + x * 5 + (len(split) if number else 0)) % 97
                pixels.append((label * 53 + x * (label % 7 + 1) * 31 + noise) % 256)
    with open(os.path.join(folder, split + "-images"), "wb") as file:
        file.write(struct.pack(">IIII", 0x803, len(labels), 8, 8) + pixels)
    with open(os.path.join(folder, split + "-labels"), "wb") as file:
        file.write(struct.pack(">II", 0x801, len(labels)) + bytes(labels))


def prepare(folder, classes, name):
    """Pictures of so many classes with a long tail, and an experiment file NAME.yaml of two small runs."""
    counts = [max(5, 120 // (1 + c // 3)) for c in range(classes)]
    pictures(folder, "train", [c for c in range(classes) for _ in range(counts[c])])
    pictures(folder, "test", [c for c in range(classes) for _ in range(TEST_IMAGES)])
    with open(os.path.join(folder, name + ".yaml"), "w") as file:
        file.write(EXPERIMENT.format(name=name, classes=classes))


def sweep(poise, folder, classes, name):
    """Makes these runs."""
    prepare(folder, classes, name)
    done = subprocess.run(
        [poise, "sweep", name + ".yaml"], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)


def columns(db, table, *without):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] not in without]


def multiply(db, number, template, name, runs):
    """Adds one sweep, whose runs are those of the template sweep with other names and figures."""
    db.execute(
        "INSERT INTO sweep (name, file, source, source_sha, baseline, created_at) "
        "SELECT ?, file, source, source_sha, baseline, created_at FROM sweep WHERE id = ?",
        (name, template))
    sweep = db.execute("SELECT id FROM sweep WHERE name = ?", (name,)).fetchone()[0]
    db.execute(
        "INSERT INTO recipe (sweep_id, dataset, hash, settings, turn, added_at, planned_at) "
        "SELECT ?, dataset, hash, settings, turn, added_at, planned_at FROM recipe WHERE sweep_id = ?",
        (sweep, template))
    (recipe,) = db.execute("SELECT id FROM recipe WHERE sweep_id = ?", (sweep,)).fetchone()
    old = dict(db.execute("SELECT strategy, id FROM run WHERE sweep_id = ?", (template,)))
    first = db.execute("SELECT max(id) FROM run").fetchone()[0] + 1
    db.execute("DELETE FROM new")
    seeds = (runs + STRATEGIES - 1) // STRATEGIES
    for place in range(runs):
        strategy, seed = place // seeds, place % seeds + 1
        label = "baseline" if strategy == 0 else f"focal-{strategy:02}"
        status = "failed" if strategy == 7 and seed == 1 else "done"
        equals = first + place - seeds if strategy == 9 else None
        db.execute(
            "INSERT INTO new VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (first + place, old["baseline" if strategy == 0 else "focal"], label, seed,
             (place * 7919 + number * 104729) % 1000 / 10000.0, status, equals,
             "2026-11-30T00:00:00Z" if strategy == 11 and number % 5 == 0 else None))
    copy_runs(db, sweep, number)
    rows = "n.status = 'done' AND n.equals_run IS NULL"
    copy(db, "class_metric", rows)
    vary_classes(db)
    copy(db, "confusion", rows)
    copy(db, "class_mass", rows)
    copy(db, "phase_mass", rows)
    copy(db, "figure", rows)
    db.execute(f"INSERT INTO figure SELECT id, 'text.naming', 0.5 + bump FROM new n WHERE {rows}")
    copy(db, "guess", rows)
    copy(db, "kernel", rows)
    copy(db, "note", rows)
    copy(db, "attempt", "true")
    copy(db, "setting", "true")
    if number % 10 == 0:
        copy(db, "prediction", rows)
    names = columns(db, "epoch", "run_id", "epoch")
    db.execute(
        f"WITH RECURSIVE e(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM e WHERE k < {EPOCHS}) "
        f"INSERT INTO epoch (run_id, epoch, {', '.join(names)}) "
        f"SELECT n.id, e.k, {', '.join('t.' + c for c in names)} FROM new n, e "
        f"JOIN epoch t ON t.run_id = n.template AND t.epoch = 1 WHERE {rows}")
    db.execute("INSERT INTO recipe_run SELECT ?, id, 1 FROM new", (recipe,))
    db.execute("INSERT INTO tag SELECT id, 'final' FROM new WHERE seed = 1 AND strategy LIKE '%-1%'")


def vary_classes(db):
    """Gives each new run other right guesses in each class, with the shares that follow from them."""
    db.execute(
        "UPDATE class_metric SET correct = max(0, min(support, predicted, "
        "correct + (run_id * 7919 + class_index * 104729) % 7 - 3)) "
        "WHERE split = 'test' AND run_id IN (SELECT id FROM new)")
    where = "WHERE split = 'test' AND run_id IN (SELECT id FROM new)"
    db.execute(
        "UPDATE class_metric SET recall = 1.0 * correct / nullif(support, 0), "
        "precision = 1.0 * correct / nullif(predicted, 0) " + where)
    db.execute(
        "UPDATE class_metric SET top1 = recall, "
        "f1 = 2 * precision * recall / nullif(precision + recall, 0) " + where)


def copy_runs(db, sweep, number):
    changed = {
        "uid": f"t.uid || '-' || n.id", "config_hash": "t.config_hash || '-' || n.id",
        "group_hash": f"t.group_hash || '-{number}-' || n.strategy",
        "name": "n.strategy || '-s' || n.seed", "sweep_id": str(sweep), "strategy": "n.strategy",
        "seed": "n.seed", "status": "n.status", "equals_run": "n.equals_run",
        "archived_at": "n.archived_at", "epochs_done": str(EPOCHS), "epochs_planned": str(EPOCHS),
    }
    measured = (
        "accuracy top5 balanced_accuracy macro_top5 macro_f1 weighted_f1 g_mean mcc worst_recall ece "
        "recall_many recall_medium recall_few").split()
    there = "n.status = 'done' AND n.equals_run IS NULL"
    for name in measured:
        changed[name] = f"CASE WHEN {there} THEN 0.5 * t.{name} + n.bump END"
    for name in ["test_images", "model_classes", "best_epoch"]:
        changed[name] = f"CASE WHEN {there} THEN t.{name} END"
    changed["error"] = "CASE WHEN n.status = 'failed' THEN 'no room' END"
    names = columns(db, "run", "id")
    db.execute(
        f"INSERT INTO run (id, {', '.join(names)}) "
        f"SELECT n.id, {', '.join(changed.get(c, 't.' + c) for c in names)} "
        "FROM new n JOIN run t ON t.id = n.template ORDER BY n.id")


def copy(db, table, rows):
    """Gives each new run what its template has; in key order, which keeps the file compact."""
    names = columns(db, table, "run_id")
    db.execute(
        f"INSERT INTO {table} (run_id, {', '.join(names)}) "
        f"SELECT n.id, {', '.join('t.' + c for c in names)} FROM new n "
        f"JOIN {table} t ON t.run_id = n.template WHERE {rows} ORDER BY n.id")


def digests():
    """The reference for digests of rows, which lies among the tests."""
    path = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "References" / "store_digests.py"
    spec = importlib.util.spec_from_file_location("store_digests", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fill(arguments):
    if os.path.exists(arguments.store):
        sys.exit(f"{arguments.store} is there already")
    poise = os.path.abspath(arguments.poise)
    with tempfile.TemporaryDirectory() as folder:
        sweep(poise, folder, arguments.classes, "narrow")
        sweep(poise, folder, arguments.wide_classes, "wide")
        made = os.path.join(folder, "results.sqlite")
        with open(made, "rb") as file, open(arguments.store, "wb") as target:
            target.write(file.read())
    db = sqlite3.connect(arguments.store)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(
        "CREATE TEMP TABLE new (id INTEGER PRIMARY KEY, template, strategy, seed, bump, status, "
        "equals_run, archived_at)")
    templates = dict(db.execute("SELECT name, id FROM sweep"))
    for number in range(1, arguments.sweeps + 1):
        multiply(db, number, templates["narrow"], f"night-{number:02}", arguments.runs_per_sweep)
        db.commit()
    multiply(db, arguments.sweeps + 1, templates["wide"], "night-wide", 150)
    db.commit()
    write_digests(db)
    db.commit()
    problems = db.execute("PRAGMA foreign_key_check").fetchall()
    if problems:
        sys.exit(f"rows that refer to nothing: {problems[:3]}")
    (runs,) = db.execute("SELECT count(*) FROM run").fetchone()
    digests().sign(db)
    db.close()
    print(f"{runs} runs, {os.path.getsize(arguments.store) >> 20} MiB")


def write_digests(db):
    """Of all rows, as Docs/store.md describes them."""
    db.execute("DELETE FROM row_digest")
    rows = [row + ("written",) for row in store_digests.all_digests(db)]
    insert = "INSERT INTO row_digest (owner, id, part, n, sha256, origin) VALUES (?, ?, ?, ?, ?, ?)"
    db.executemany(insert, rows)
    total = store_digests.digest_sum(rows)
    db.execute(insert, ("store", 0, "row_digest", len(rows), total, "written"))


def measured(action, rounds):
    """Median seconds of calls, after one that warms the caches up; the first result."""
    first, seconds = action(), []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), first


def command(program, words, store):
    words = [program] + words + ["--results", store]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return f"exit code {done.returncode}: {done.stderr.strip()[:60]}"
    return None


def peak(program, words, store):
    """Largest resident memory of one call, in MiB."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)\n")
    words = [program] + words + ["--results", store]
    return int(subprocess.run(
        [sys.executable, "-c", code] + words, capture_output=True, text=True).stdout)


def time_commands(arguments):
    programs = [p for p in [arguments.against, arguments.poise] if p]
    with tempfile.TemporaryDirectory() as folder:
        commands = [
            ["runs"], ["runs", "--sweep", "night-01"], ["runs", "list", "--status", "failed"],
            ["runs", "--tag", "final", "--format", "csv"], ["show", "1"], ["show", "9001"],
            ["show", "focal-03-s2", "--sweep", "night-05"],
            ["report"], ["report", "--recipe"],
        ] + [
            ["report", "--sweep", "night-01", "--format", f]
            for f in ["table", "markdown", "csv", "json"]
        ] + [["report", "--by", "class"], ["runs", "archive", "5"], ["tag", "6", "good"]]
        print(f"{'command':44}" + "".join(f"{os.path.dirname(p)[-18:]:>20}" for p in programs) + "   MiB")
        for words in commands:
            line = f"{' '.join(words):44}"
            for program in programs:
                seconds, problem = measured(
                    lambda: command(program, words, arguments.store), arguments.rounds)
                line += f"{problem or f'{seconds:.3f}':>20}"
            sizes = " → ".join(str(peak(p, words, arguments.store)) for p in programs)
            print(f"{line}   {sizes}", flush=True)


def time_views(arguments):
    db = sqlite3.connect(f"file:{arguments.store}?mode=ro", uri=True)
    (run,) = db.execute("SELECT max(id) - 200 FROM run").fetchone()
    print(f"\n{'view (SQLite ' + sqlite3.sqlite_version + ')':44}{'rows':>10}{'s':>10}")
    for view, example in db.execute("SELECT view, example FROM help").fetchall():
        names = [row[1] for row in db.execute(f"PRAGMA table_info({view})")]
        queries = [f"SELECT * FROM {view} WHERE sweep = 'night-05'"] if "sweep" in names else []
        key = "run" if "run" in names else "id" if "id" in names else None
        if key:
            queries.append(f"SELECT * FROM {view} WHERE {key} = {run}")
        queries.append(example.replace("'night'", "'night-05'"))
        for query in queries:
            try:
                limit = time.perf_counter() + arguments.limit
                db.set_progress_handler(lambda: time.perf_counter() > limit, 100000)
                start = time.perf_counter()
                rows = len(db.execute(query).fetchall())
                print(f"{query[:90]:92}{rows:>10}{time.perf_counter() - start:>10.3f}", flush=True)
            except sqlite3.OperationalError:
                print(f"{query[:90]:92}{'':>10}{f'> {arguments.limit}':>10}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["fill", "time"])
    parser.add_argument("store")
    parser.add_argument("--poise", default=".build/release/poise")
    parser.add_argument("--against", help="another build, timed in turn")
    parser.add_argument("--sweeps", type=int, default=66)
    parser.add_argument("--runs-per-sweep", type=int, default=150)
    parser.add_argument("--classes", type=int, default=39)
    parser.add_argument("--wide-classes", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=60, help="seconds after which a query is left")
    parser.add_argument("--views-only", action="store_true")
    arguments = parser.parse_args()
    if arguments.action == "fill":
        return fill(arguments)
    if not arguments.views_only:
        time_commands(arguments)
    time_views(arguments)


if __name__ == "__main__":
    main()
