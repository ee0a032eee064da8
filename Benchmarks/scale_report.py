"""Makes a results file with one large sweep, for the pages and pictures of reports.

    python3 Benchmarks/scale_report.py TARGET.sqlite [--from results.sqlite] [--poise .build/release/poise]
        [--classes 150] [--strategies 30] [--seeds 5]

The file is a copy of --from, brought to the present layout by the program, with one sweep, `made-up`, instead of those that were there: a long-tailed
data set with names of every kind, strategies that help the rare classes more or less and cost the
frequent ones something, and with every run its epochs, confusions, guesses on test images and class
masses. Some runs failed, one was retried, some pictures are in quarantine, some test images twice in
the data. The figures are random numbers with a fixed seed and mean nothing: two calls give the same.
"""

import argparse
import hashlib
import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import scale_store

EPOCHS, TEST_IMAGES, BLOCK = 20, 20, 6
STRATEGIES = """baseline inverse-weights sqrt-inverse-weights class-balanced-weights focal
class-balanced-focal ldam ldam-drw balanced-softmax logit-adjustment logit-adjusted-loss vs-loss
equalized-focal seesaw label-aware-smoothing oversampling sqrt-sampling progressive-sampling
repeat-factor-sampling undersampling mixup remix cutmix balanced-mixup randaugment-rare
classifier-retraining tau-normalised learnable-weight-scaling
oversampling-with-a-name-that-goes-on-and-on-for-the-sake-of-narrow-columns איזון-מחלקות""".split()
WORDS = "coat shoe kettle lamp drum violin tram kite anchor ladle clock raft sieve fern quilt".split()


def names_of(classes):
    """Short and long ones, two that are written from right to left."""
    names = [f"{WORDS[c % len(WORDS)]} {c:03}" for c in range(classes)]
    for place, name in [
        (3, "a class whose name nobody would ever want to read in a narrow column of a table"),
        (7, "מעילים וכובעים"), (11, "أحذية رياضية"), (19, "<b>not bold</b> & 'quoted'"),
    ]:
        if place < classes:
            names[place] = name
    return names


class Sweep:
    """The made-up sweep: its classes, and how strategies fare on them."""

    def __init__(self, arguments):
        self.random = random.Random(23)
        self.classes, self.seeds = arguments.classes, arguments.seeds
        self.names = names_of(self.classes)
        last = max(self.classes - 1, 1)
        self.train = [round(900 * (5 / 900) ** (c / last)) for c in range(self.classes)]
        self.ease = [self.random.gauss(0, 0.7) for _ in range(self.classes)]
        # Classes that look alike: those of one block of a random order.
        order = self.random.sample(range(self.classes), self.classes)
        self.block = {c: order[i - i % BLOCK:i - i % BLOCK + BLOCK] for i, c in enumerate(order)}
        self.strategies = STRATEGIES[:arguments.strategies]
        self.tail = {s: self.random.uniform(-0.2, 1.6) for s in self.strategies}
        self.head = {s: 0.45 * self.tail[s] + self.random.uniform(-0.1, 0.25) for s in self.strategies}
        self.tail["baseline"] = self.head["baseline"] = 0

    def group(self, c):
        return "many" if self.train[c] > 100 else "medium" if self.train[c] >= 20 else "few"

    def chance(self, strategy, c, luck):
        """Of recognising an image of a class."""
        rarity = c / max(self.classes - 1, 1)
        logit = 2.2 - 3.6 * rarity + self.ease[c] + self.tail[strategy] * rarity
        logit += luck - self.head[strategy] * (1 - rarity)
        return 1 / (1 + math.exp(-logit))

    def guesses(self, strategy):
        """Of one run: true class, guess, confidence in 1/10,000, image by image."""
        luck = self.random.gauss(0, 0.12)
        for c in range(self.classes):
            chance = self.chance(strategy, c, luck + self.random.gauss(0, 0.25))
            for _ in range(TEST_IMAGES):
                right = self.random.random() < chance
                others = [k for k in self.block[c] if k != c and k < c] or [0]
                guess = c if right or c == others[0] else self.random.choice(others)
                sure = min(max(chance + self.random.gauss(0.12, 0.15), 0.02), 0.9999)
                yield c, guess, round(1e4 * sure)


def f1_of(precision, recall):
    if precision is None or precision + recall == 0:
        return None if precision is None else 0.0
    return 2 * precision * recall / (precision + recall)


def class_rows(cells, classes):
    """Rows of class_metric from a confusion matrix (true, guess) → images."""
    rows = []
    total = classes * TEST_IMAGES
    predicted = [0] * classes
    for (_, guess), n in cells.items():
        predicted[guess] += n
    for c in range(classes):
        correct = cells.get((c, c), 0)
        recall = correct / TEST_IMAGES
        precision = correct / predicted[c] if predicted[c] else None
        top5 = correct + (TEST_IMAGES - correct) // 2
        specificity = 1 - (predicted[c] - correct) / (total - TEST_IMAGES)
        rows.append(dict(
            split="test", class_index=c, support=TEST_IMAGES, predicted=predicted[c],
            correct=correct, correct_top5=top5, top1=recall, top5=top5 / TEST_IMAGES,
            precision=precision, recall=recall, f1=f1_of(precision, recall),
            specificity=specificity))
    return rows


def headline(rows, sweep, guesses):
    """The run's own columns."""
    def mean(values):
        values = list(values)
        return sum(values) / len(values) if values else None

    recalls = [row["recall"] for row in rows]
    bins = {}
    for true, guess, sure in guesses:
        one = bins.setdefault(min((sure * 15 + 9999) // 10000, 15), [0, 0, 0.0])
        one[0], one[1], one[2] = one[0] + 1, one[1] + (true == guess), one[2] + sure / 1e4
    figures = dict(
        accuracy=mean(recalls), balanced_accuracy=mean(recalls), worst_recall=min(recalls),
        top5=mean(row["top5"] for row in rows), macro_top5=mean(row["top5"] for row in rows),
        macro_f1=mean(row["f1"] or 0 for row in rows),
        g_mean=math.exp(mean(math.log(max(recall, 0.001)) for recall in recalls)),
        ece=sum(abs(right - sure) for _, right, sure in bins.values()) / len(guesses),
        test_loss=2.5 - 2 * mean(recalls), test_images=len(guesses), test_unseen_images=0,
        model_classes=sweep.classes, best_epoch=EPOCHS - 2)
    for group in ["many", "medium", "few"]:
        figures[f"recall_{group}"] = mean(
            row["recall"] for row in rows if sweep.group(row["class_index"]) == group)
    return figures


def insert(db, table, row):
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    return db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())).lastrowid


def tables(db):
    return [row[0] for row in db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]


def templates(db):
    """A run with its settings, and its sweep and recipe, as rows of the copied file."""
    db.row_factory = sqlite3.Row
    run = dict(db.execute("SELECT * FROM run WHERE status = 'done' ORDER BY id LIMIT 1").fetchone())
    parts = {
        table: [dict(row) for row in db.execute(f"SELECT * FROM {table} WHERE run_id = {run['id']}")]
        for table in ["setting", "attempt", "kernel"]
    }
    sweep = dict(db.execute("SELECT * FROM sweep WHERE id = ?", [run["sweep_id"]]).fetchone())
    recipe = dict(db.execute(
        "SELECT c.* FROM recipe c JOIN recipe_run p ON p.recipe_id = c.id WHERE p.run_id = ?",
        [run["id"]]).fetchone())
    db.row_factory = None
    return run, parts, sweep, recipe


def empty(db):
    """Takes out all that the copied file was about."""
    kept = {"migration", "environment", "help"}
    for table in tables(db):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        if table not in kept and ("run_id" in columns or "dataset_id" in columns or table in (
                "row_digest", "sweep", "recipe", "dataset", "run")):
            db.execute(f"DELETE FROM {table}")


def add_dataset(db, sweep):
    digest = hashlib.sha256(repr(sweep.train).encode()).hexdigest()
    number = insert(db, "dataset", dict(
        name="made-up", digest=digest, imbalance_ratio=sweep.train[0] / sweep.train[-1]))
    for c, name in enumerate(sweep.names):
        insert(db, "class", dict(
            dataset_id=number, class_index=c, name=name, n_train=sweep.train[c],
            n_val=max(1, sweep.train[c] // 10), n_test=TEST_IMAGES, shot=sweep.group(c)))
        for n in range(TEST_IMAGES):
            insert(db, "test_image", dict(
                dataset_id=number, image_index=c * TEST_IMAGES + n, example_id=f"{c}/{n}.jpg",
                true_class=c, leak=1 if n == 0 and c % 40 == 0 else 0))
    for reason, n in [("missing image", 120), ("cannot be decoded", 7)]:
        insert(db, "quarantine", dict(dataset_id=number, reason=reason, n=n))
    insert(db, "dataset_remark", dict(
        dataset_id=number, number=1, kind="quarantined", n=127, text="127 examples are not used."))
    return number


def add_run(db, sweep, parts, run):
    """One run with everything that belongs to it."""
    number = insert(db, "run", run)
    for table, rows in parts.items():
        for row in rows:
            insert(db, table, row | dict(run_id=number))
    return number


def add_evidence(db, sweep, number, strategy, guesses, cells, rows):
    for row in rows:
        insert(db, "class_metric", row | dict(run_id=number))
    db.executemany(
        "INSERT INTO confusion (run_id, split, true_class, pred_class, n) VALUES (?, 'test', ?, ?, ?)",
        [(number, t, p, n) for (t, p), n in sorted(cells.items())])
    db.executemany(
        "INSERT INTO guess (run_id, image_index, class_index, confidence) VALUES (?, ?, ?, ?)",
        [(number, i, p, sure) for i, (_, p, sure) in enumerate(guesses)])
    power = 0 if "sampling" in strategy else 1
    shares = [count ** power for count in sweep.train]
    weights = [1 / count if "weights" in strategy else 1.0 for count in sweep.train]
    mass = [share * weight for share, weight in zip(shares, weights)]
    for c in range(sweep.classes):
        insert(db, "class_mass", dict(
            run_id=number, class_index=c, sampled=shares[c] / sum(shares), weight=weights[c],
            effective=mass[c] / sum(mass)))
    goal = sum(row["recall"] for row in rows) / len(rows)
    for epoch in range(1, EPOCHS + 1):
        reached = 1 - math.exp(-epoch / 5)
        insert(db, "epoch", dict(
            run_id=number, epoch=epoch, train_loss=3.5 - 3 * reached + sweep.random.gauss(0, 0.03),
            val_loss=3.2 - 2.2 * reached + sweep.random.gauss(0, 0.05),
            val_accuracy=goal * reached + sweep.random.gauss(0, 0.01),
            val_balanced_accuracy=goal * reached + sweep.random.gauss(0, 0.01),
            lr=0.05 * (1 + math.cos(math.pi * epoch / EPOCHS)) / 2, images_per_s=300.0, wall_s=20.0,
            finished_at="2026-11-24T02:22:31Z", images_seen=epoch * sum(sweep.train),
            is_best=1 if epoch <= EPOCHS - 2 else 0, val_images=500, val_unseen_images=0))


def fill(db, arguments):
    sweep = Sweep(arguments)
    template, parts, sweep_row, recipe_row = templates(db)
    empty(db)
    dataset = add_dataset(db, sweep)
    sweep_row |= dict(id=1, name="made-up", file="made-up.yaml", baseline="baseline")
    insert(db, "sweep", sweep_row)
    recipe_row |= dict(id=1, sweep_id=1, dataset="made-up", turn=1)
    insert(db, "recipe", recipe_row)
    figures = [name for name in template if name in headline_names()]
    for place, strategy in enumerate(sweep.strategies):
        group = hashlib.sha256(strategy.encode()).hexdigest()
        for seed in range(1, sweep.seeds + 1):
            name = f"{strategy}-s{seed}"
            failed = place == 9 and seed == 2
            start, end = place * sweep.seeds * 7 + seed * 7, place * sweep.seeds * 7 + seed * 7 + 6
            run = template | dict.fromkeys(figures) | dict(
                id=place * sweep.seeds + seed, uid=hashlib.sha256(name.encode()).hexdigest(),
                config_hash=hashlib.sha256(name.encode()).hexdigest(), group_hash=group, name=name,
                sweep_id=1, dataset_id=dataset, strategy=strategy, variant="", seed=seed,
                status="failed" if failed else "done", epochs_planned=EPOCHS,
                epochs_done=4 if failed else EPOCHS, images_seen=EPOCHS * sum(sweep.train),
                images_planned=EPOCHS * sum(sweep.train), started_at=clock(start),
                finished_at=clock(end), heartbeat_at=clock(end), wall_s=360.0,
                error="killed by signal 9, of which the machine says: no memory was left" if failed else None)
            attempt = parts["attempt"][0] | dict(
                number=1, started_at=clock(start), finished_at=clock(end), from_epoch=0)
            attempts = [attempt]
            if failed:
                attempt |= dict(outcome="failed", error=run["error"], signal=9, exit_code=None)
            elif place % 8 == 3 and seed == 1:
                half = clock((start + end) // 2)
                attempts = [
                    attempt | dict(finished_at=half, outcome="lost", exit_code=None),
                    attempt | dict(number=2, started_at=half, from_epoch=9)]
            guesses, cells, rows = [], {}, []
            if not failed:
                guesses = list(sweep.guesses(strategy))
                for true, guess, _ in guesses:
                    cells[true, guess] = cells.get((true, guess), 0) + 1
                rows = class_rows(cells, sweep.classes)
                run |= headline(rows, sweep, guesses)
            number = add_run(db, sweep, parts | dict(attempt=attempts), run)
            db.execute("INSERT INTO recipe_run (recipe_id, run_id, is_current) VALUES (1, ?, 1)", [number])
            insert(db, "note", dict(run_id=number, number=1, text="its figures are made up"))
            if rows:
                add_evidence(db, sweep, number, strategy, guesses, cells, rows)


def headline_names():
    return set(
        "accuracy top5 balanced_accuracy macro_top5 macro_f1 weighted_f1 g_mean mcc worst_recall ece "
        "recall_many recall_medium recall_few test_loss test_images test_unseen_images".split())


def clock(minutes):
    days, rest = divmod(minutes, 1440)
    return f"2026-11-{24 + days:02}T{rest // 60:02}:{rest % 60:02}:00Z"


def copy_store(source, target, poise):
    """Copies a store and has the program write to it, which brings it to the present layout."""
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy.sqlite")
        shutil.copyfile(source, copy)
        done = subprocess.run(
            [poise, "tag", "1", "template", "--results", copy], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout + done.stderr)
        shutil.copyfile(copy, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target")
    parser.add_argument("--from", dest="source", default="results.sqlite")
    parser.add_argument("--poise", default=".build/release/poise")
    parser.add_argument("--classes", type=int, default=150)
    parser.add_argument("--strategies", type=int, default=len(STRATEGIES))
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    if os.path.exists(arguments.target):
        sys.exit(f"{arguments.target} is there already")
    copy_store(arguments.source, arguments.target, arguments.poise)
    db = sqlite3.connect(arguments.target)
    db.execute("PRAGMA foreign_keys = OFF")
    fill(db, arguments)
    scale_store.write_digests(db)
    db.commit()
    problems = db.execute("PRAGMA foreign_key_check").fetchall()
    if problems:
        sys.exit(f"rows that refer to nothing: {problems[:3]}")
    db.execute("VACUUM")
    (runs,) = db.execute("SELECT count(*) FROM run").fetchone()
    print(f"{runs} runs, {os.path.getsize(arguments.target) >> 20} MiB")


if __name__ == "__main__":
    main()
