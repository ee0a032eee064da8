"""Stores with changed bytes, pages and rows: what the commands that read say of them."""

import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

NAME = "stores"
WEIGHT = 10
SAMPLE = 12

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "Tests" / "ResultsSQLiteTests" / "Fixtures"
LIMIT = 10.0  # seconds that a command may take


class Outcome:
    """What a command left."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    @property
    def crashed(self):
        raw = ("Fatal error", "fatalError", "Swift/", "Error Domain", "DecodingError", "GRDB")
        return self.code is None or self.code < 0 or any(word in self.err for word in raw)


def run(poise, folder, *arguments, patience=3 * LIMIT):
    start = time.monotonic()
    try:
        done = subprocess.run(
            [poise, *arguments], cwd=folder, capture_output=True, timeout=patience,
            stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return Outcome(None, "", f"not done after {patience} s", patience)
    return Outcome(
        done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"),
        time.monotonic() - start)


class Store:
    """A sound store with what the commands say of it."""

    def __init__(self, poise, path):
        self.poise, self.path = poise, path
        self.bytes = path.read_bytes()
        self.page = int.from_bytes(self.bytes[16:18], "big")
        self.page = 65536 if self.page == 1 else self.page
        self.rows = rows(path)
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.runs = [row[0] for row in database.execute("SELECT id FROM run ORDER BY id")]
        self.tables = [
            row[0] for row in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
        database.close()
        self.sound = {}
        for words in self.commands():
            self.sound[words] = run(poise, path.parent, *words, "--results", path.name)
        bad = {words: done.err for words, done in self.sound.items() if done.code != 0}
        if bad:
            raise SystemExit(f"the sound store {path} is not read: {bad}")

    def commands(self):
        shown = {self.runs[0], self.runs[-1]}
        return [
            ("runs", "--all", "--archived", "--format", "json"),
            ("report", "--format", "json"), ("report", "--format", "csv", "--by", "class"),
            *[("show", str(number), "--format", "json") for number in sorted(shown)],
            ("verify", "--no-weights"),
        ]


def rows(path):
    """All rows of all tables; None where SQLite cannot read them."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.text_factory = bytes
    try:
        names = [
            row[0].decode() for row in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
                " ORDER BY name")]
        return {name: sorted(map(repr, database.execute(f"SELECT * FROM {name}"))) for name in names}
    except (sqlite3.Error, UnicodeDecodeError, OverflowError):
        return None
    finally:
        database.close()


def prepare(poise, folder):
    """The project's own store, cut to fourteen runs, and one with a row of every kind; both of today's layout."""
    folder = pathlib.Path(folder)
    own, small = folder / "own" / "results.sqlite", folder / "small" / "results.sqlite"
    own.parent.mkdir()
    small.parent.mkdir()
    shutil.copy(ROOT / "results.sqlite", own)
    database = sqlite3.connect(small)
    database.executescript((FIXTURES / "layout-3.sql").read_text())
    database.executescript((FIXTURES / "digests.sql").read_text())
    database.close()
    for path, number in ((own, 1), (small, 7)):
        for more in ([], ["--remove"]):
            # A command that writes brings the layout up to date.
            sweep = "reference-fashion" if path == own else "night"
            done = run(
                poise, path.parent, "tag", str(number), "trial", *more, "--sweep", sweep,
                "--results", path.name)
            if done.code != 0:
                raise SystemExit(f"{path} is not brought up to date: {done.err}")
    database = sqlite3.connect(own)
    rest = [str(row[0]) for row in database.execute("SELECT id FROM run ORDER BY id")][8:-6]
    database.close()
    done = run(poise, own.parent, "runs", "remove", *rest, "--yes", "--results", own.name, patience=300)
    if done.code != 0:
        raise SystemExit(f"runs of {own} are not removed: {done.err}")
    database = sqlite3.connect(own)
    database.execute("VACUUM")
    database.close()
    return [Store(poise, own), Store(poise, small)]


# Statements that are not random: each is a kind of fault that was met once.
STATEMENTS = [
    "DELETE FROM class_metric WHERE class_index = 1",
    "UPDATE run SET model_classes = -1",
    "UPDATE run SET model_classes = 4000000000",
    "UPDATE class SET n_train = 9223372036854775807",
    "UPDATE confusion SET pred_class = 4000000000",
    "UPDATE confusion SET true_class = -1 WHERE true_class = 0",
    "UPDATE run SET equals_run = id",
    "UPDATE run SET equals_run = 1 WHERE id = 1",
    "UPDATE run SET accuracy = 9e999",
    "UPDATE epoch SET val_loss = CASE WHEN epoch % 2 THEN 1.7e308 ELSE -1.7e308 END",
    "UPDATE run SET config = replace(hex(zeroblob(50000)), '00', '[') || replace(hex(zeroblob(50000)), '00', ']')",
    "UPDATE run SET config = '{\"a\":1e999}'",
    "UPDATE run SET config = 'no JSON'",
    "UPDATE run SET name = char(0) || name",
    "UPDATE class SET name = cast(x'ff41' AS TEXT) WHERE class_index = 0",
    "UPDATE sweep SET source = hex(zeroblob(20000000))",
    "UPDATE run SET swept_keys = '{}'",
    "UPDATE run SET seed = -9223372036854775808",
    "UPDATE run SET epochs_planned = 9223372036854775807",
    "UPDATE run SET images_planned = 9223372036854775807",
    "UPDATE run SET images_seen = -9223372036854775808",
    "UPDATE class SET shot = 'many'",
    "UPDATE class SET class_index = class_index + 1000",
    "UPDATE run SET sweep_id = 99",
    "UPDATE run SET dataset_id = 99",
    "UPDATE run SET status = 'queued'",
    "UPDATE run SET status = 'failed', error = 'x'",
    "UPDATE recipe_run SET is_current = 0",
    "DELETE FROM recipe", "DELETE FROM dataset", "DELETE FROM sweep", "DELETE FROM row_digest",
    "DELETE FROM class", "DELETE FROM epoch", "DELETE FROM note", "DELETE FROM attempt",
    "DELETE FROM run WHERE id = (SELECT max(id) FROM run)",
    "DELETE FROM environment", "DELETE FROM setting", "DELETE FROM migration",
    "UPDATE row_digest SET n = n + 1",
    "UPDATE row_digest SET sha256 = 'x' WHERE part = 'run'",
    "UPDATE sweep SET baseline = 'nobody'",
    "UPDATE sweep SET name = name || char(10)",
    "DROP VIEW v_runs", "DROP TABLE note", "DROP TABLE row_digest",
    "CREATE TRIGGER evil AFTER INSERT ON tag BEGIN DELETE FROM run; END",
    "DROP VIEW v_runs; CREATE VIEW v_runs AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x FROM n",
    "ALTER TABLE note RENAME TO other; CREATE VIEW note AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x AS run_id, x AS number, 'x' AS text FROM n",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'run'; UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'sweep'",
    "PRAGMA user_version = 3", "PRAGMA user_version = 99", "PRAGMA application_id = 1",
]


def edit(path, statement):
    database = sqlite3.connect(path)
    database.execute("PRAGMA ignore_check_constraints = ON")
    try:
        database.executescript(statement)
        database.commit()
        return True
    except (sqlite3.Error, sqlite3.Warning):
        return False
    finally:
        database.close()


def random_edit(path, tables, chance):
    """Changes one value, deletes a row, or doubles one; says what."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA ignore_check_constraints = ON")
    try:
        for _ in range(50):
            table = chance.choice(tables)
            columns = database.execute(f"PRAGMA table_info({table})").fetchall()
            keys = [column[1] for column in columns if column[5]]
            found = database.execute(f"SELECT {', '.join(keys)} FROM {table}").fetchall()
            if not found:
                continue
            row = chance.choice(found)
            where = " AND ".join(f"{key} = ?" for key in keys)
            column = chance.choice(columns)
            if chance.random() < 0.1:
                database.execute(f"DELETE FROM {table} WHERE {where}", row)
                what = f"{table} {row} deleted"
            else:
                value = chance.choice(
                    [None, 0, 1, -1, 2**63 - 1, -(2**63), 0.25, 1e308, float("inf"), "", "x",
                     "\u0000", "done", b"\xff\x00", 7])
                if chance.random() < 0.4 and column[2] in ("REAL", "INTEGER"):
                    value = chance.uniform(0, 1) if column[2] == "REAL" else chance.randrange(100)
                database.execute(f"UPDATE {table} SET {column[1]} = ? WHERE {where}", (value, *row))
                what = f"{table}.{column[1]} {row} = {value!r}"
            database.commit()
            return what
    except (sqlite3.Error, OverflowError):
        return None
    finally:
        database.close()
    return None


def damage(store, path, kind, chance):
    """Damages the copy at `path`; says how, or None where nothing came of it."""
    content = bytearray(store.bytes)
    pages = len(content) // store.page
    where = chance.randrange(len(content))
    if kind == "byte":
        content[where] = chance.randrange(256)
        what = f"byte {where} = {content[where]}"
    elif kind == "bit":
        bit = chance.randrange(8)
        content[where] ^= 1 << bit
        what = f"bit {bit} of byte {where}"
    elif kind == "header":
        where = chance.randrange(100)
        content[where] = chance.randrange(256)
        what = f"byte {where} of the header = {content[where]}"
    elif kind == "cells":
        where = chance.randrange(pages) * store.page + chance.randrange(16)
        content[where] = chance.randrange(256)
        what = f"byte {where}, at the start of a page, = {content[where]}"
    elif kind == "zeros":
        where = chance.randrange(len(content) // 512) * 512
        content[where:where + 512] = bytes(512)
        what = f"512 zeros at {where}"
    elif kind == "swap":
        a, b = sorted((chance.randrange(1, pages), chance.randrange(1, pages)))
        one, other = slice(a * store.page, (a + 1) * store.page), slice(b * store.page, (b + 1) * store.page)
        content[one], content[other] = content[other], content[one]
        what = f"pages {a} and {b} swapped"
    elif kind == "cut":
        content = content[: chance.randrange(len(content))]
        what = f"cut to {len(content)} bytes"
    else:
        return random_edit(path, store.tables, chance)
    if bytes(content) == store.bytes:
        return None
    path.write_bytes(content)
    return what


# What people say of a run, in what `runs` prints.
WORDS = ("tags", "comments", "archived")


def judge(store, path):
    """The verdict of all commands together, and what told it."""
    changed = rows(path)
    is_changed = changed != store.rows
    said, slowest = [], 0.0
    for words, sound in store.sound.items():
        done = run(store.poise, path.parent, *words, "--results", path.name)
        slowest = max(slowest, done.seconds)
        name = " ".join(words)
        if done.seconds > LIMIT:
            return "hang", f"{name}: {done.seconds:.1f} s", done.seconds
        if done.crashed:
            return "crash", f"{name}: exit {done.code}: {done.err.strip()[-300:]}", slowest
        if done.code == 0 and words[0] != "verify" and done.out != sound.out:
            return "wrong", f"{name}: other figures and exit code 0", slowest
        if words[0] == "runs" and done.code != 0 and done.out.strip().startswith(("[", "{")):
            if not is_part(json.loads(done.out), json.loads(sound.out)):
                return "wrong", f"{name}: a run with other figures", slowest
        if (words[0] == "show" and done.code != 0 and done.out.strip()
                and wordless(done.out) != wordless(sound.out)):
            return "wrong", f"{name}: shown all the same", slowest
        if done.code != 0 and not done.err.strip() and not done.out.strip():
            return "unclear", f"{name}: exit code {done.code} without a word", slowest
        if done.code != 0:
            said.append(f"{name}: {(done.err.strip() or done.out.strip()).splitlines()[0]}")
        if words[0] == "verify" and done.code == 0 and is_changed:
            return "silent", "verify says that all is sound", slowest
    return ("noticed", said[0], slowest) if said else ("ok", "no row is changed", slowest)


def wordless(text):
    """A sheet without what people say of the run: damage of that, or of another sweep, is told, and the
    run is shown as it is."""
    try:
        sheet = json.loads(text)
    except ValueError:
        return text
    return {key: sheet[key] for key in sheet if key not in WORDS}


def is_part(found, whole):
    """Whether all runs that are listed have the figures that they had. Of changed tags, comments and
    archiving it is told, and the run is shown: no figure follows from them."""
    def figures(value):
        rows = value if isinstance(value, list) else value.get("runs", [])
        return [{key: row[key] for key in row if key not in WORDS} for row in rows]

    whole = figures(whole)
    return all(row in whole for row in figures(found))


def points(seed, count):
    """Kinds and numbers; the fixed statements are part of every longer run."""
    kinds = ["byte", "bit", "header", "cells", "zeros", "swap", "cut", "edit", "edit", "edit"]
    chance = random.Random(seed)
    fixed = [("statement", index) for index in range(len(STATEMENTS))]
    free = [(kinds[index % len(kinds)], index) for index in range(max(0, count - len(fixed)))]
    if count < len(fixed):
        return chance.sample(fixed, count // 2) + [
            (kinds[index % len(kinds)], index) for index in range(count - count // 2)]
    return fixed + free


def trials(poise, seed, count):
    """Damages copies of two stores and reads them."""
    with tempfile.TemporaryDirectory(prefix="stores-") as folder:
        stores = prepare(poise, folder)
        copy = pathlib.Path(folder) / "trial" / "results.sqlite"
        copy.parent.mkdir()
        for kind, index in points(seed, count or 600):
            chance = random.Random(f"{seed} {kind} {index}")
            store = stores[index % 2] if kind != "statement" else chance.choice(stores)
            copy.write_bytes(store.bytes)
            for leftover in copy.parent.iterdir():
                if leftover != copy:
                    leftover.unlink() if leftover.is_file() else shutil.rmtree(leftover)
            if kind == "statement":
                what = STATEMENTS[index] if edit(copy, STATEMENTS[index]) else None
            else:
                what = damage(store, copy, kind, chance)
            if what is None:
                continue
            verdict, detail, seconds = judge(store, copy)
            yield {
                "kind": kind, "what": f"{store.path.parent.name} {index}: {what[:200]}",
                "verdict": verdict, "detail": detail[:400], "seconds": round(seconds, 2),
            }


if __name__ == "__main__":
    tally = {}
    number = int(sys.argv[3]) if len(sys.argv) > 3 else 600
    for trial in trials(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "1", number):
        tally.setdefault(trial["kind"], {}).setdefault(trial["verdict"], 0)
        tally[trial["kind"]][trial["verdict"]] += 1
        if trial["verdict"] not in ("ok", "noticed"):
            print(json.dumps(trial), flush=True)
    for kind, verdicts in tally.items():
        print(kind, verdicts)
