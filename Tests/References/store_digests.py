"""Digests of a store's rows, computed as Docs/store.md describes them and by nothing of ours.

    python3 Tests/References/store_digests.py                 writes the fixture of ResultsSQLiteTests
    python3 Tests/References/store_digests.py results.sqlite  compares a store with its own digests

Python 3.9 and its standard library; SQLite 3.37 or later.
"""

import hashlib
import pathlib
import sqlite3
import struct
import sys

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "ResultsSQLiteTests" / "Fixtures"

# owner → part → (table, the column that names the owner, the order of its rows, columns or None)
PARTS = {
    "run": {
        "run": ("run", "id", [], lambda name: name not in ("config", "swept_keys", "archived_at")),
        "run.config": ("run", "id", [], lambda name: name in ("id", "config", "swept_keys")),
        "run.archived_at": ("run", "id", [], lambda name: name in ("id", "archived_at")),
        "attempt": ("attempt", "run_id", ["number"], None),
        "setting": ("setting", "run_id", ["key"], None),
        "tag": ("tag", "run_id", ["tag"], None),
        "note": ("note", "run_id", ["number"], None),
        "comment": ("comment", "run_id", ["number"], None),
        "class_metric": ("class_metric", "run_id", ["split", "class_index"], None),
        "confusion": ("confusion", "run_id", ["split", "true_class", "pred_class"], None),
        "prediction": ("prediction", "run_id", ["example_id"], None),
        "class_mass": ("class_mass", "run_id", ["class_index"], None),
        "phase_mass": ("phase_mass", "run_id", ["phase", "class_index"], None),
        "epoch": ("epoch", "run_id", ["epoch"], None),
        "kernel": ("kernel", "run_id", ["name"], None),
        "figure": ("figure", "run_id", ["name"], None),
        "guess": ("guess", "run_id", ["image_index"], None),
        "artifact": ("artifact", "run_id", ["path"], None),
        "recipe_run": ("recipe_run", "run_id", ["recipe_id"], None),
    },
    "sweep": {"sweep": ("sweep", "id", [], None)},
    "environment": {"environment": ("environment", "id", [], None)},
    "recipe": {"recipe": ("recipe", "id", [], None)},
    "dataset": {
        "dataset": ("dataset", "id", [], None),
        "class": ("class", "dataset_id", ["class_index"], None),
        "quarantine": ("quarantine", "dataset_id", ["reason"], None),
        "dataset_remark": ("dataset_remark", "dataset_id", ["number"], None),
        "test_image": ("test_image", "dataset_id", ["image_index"], None),
    },
    "store": {
        "migration": ("migration", None, ["number"], None),
        "shard": ("shard", None, ["path"], None),
    },
}


def value_bytes(value):
    if isinstance(value, int):
        return b"I" + struct.pack("<q", value)
    if isinstance(value, float):
        return b"R" + struct.pack("<d", value)
    kind, content = (b"T", value.encode()) if isinstance(value, str) else (b"B", bytes(value))
    return kind + struct.pack("<Q", len(content)) + content


def digest(database, owner, part, number):
    """How many rows, and the SHA-256 over them."""
    table, key, order, keeps = PARTS[owner][part]
    query = f"SELECT * FROM {table}"
    if key:
        query += f" WHERE {key} = {number}"
    if order:
        query += " ORDER BY " + ", ".join(order)
    rows = database.execute(query)
    names = [column[0] for column in rows.description]
    sha, count = hashlib.sha256(part.encode() + b"\n"), 0
    for row in rows:
        for place, value in enumerate(row):
            if value is not None and (keeps is None or keeps(names[place])):
                sha.update(bytes([place]) + value_bytes(value))
        sha.update(b"\xff")
        count += 1
    return count, sha.hexdigest()


def all_digests(database):
    """Of every part that has rows: owner, number, part, rows, SHA-256."""
    for owner, parts in PARTS.items():
        numbers = [0]
        if owner != "store":
            numbers = [row[0] for row in database.execute(f"SELECT id FROM {owner} ORDER BY id")]
        for number in numbers:
            for part in parts:
                count, sha = digest(database, owner, part, number)
                if count:
                    yield owner, number, part, count, sha
    for number, count in database.execute(
        "SELECT sweep_id, count(*) FROM run GROUP BY sweep_id"
    ).fetchall():
        sha = hashlib.sha256(f"sweep.runs\n{count}\n".encode()).hexdigest()
        yield "sweep", number, "sweep.runs", count, sha


def digest_sum(rows):
    """The exclusive or over all rows of row_digest but that of the sum itself."""
    total = 0
    for row in rows:
        text = "".join(f"{value}\n" for value in row)
        total ^= int(hashlib.sha256(text.encode()).hexdigest(), 16)
    return f"{total:064x}"


def problems(path):
    """What differs between a store of layout 4 and its digests, a line each."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    expected = {row[:3]: row[3:] for row in all_digests(database)}
    stored = {
        row[:3]: row[3:]
        for row in database.execute("SELECT owner, id, part, n, sha256, origin FROM row_digest")
    }
    total = stored.pop(("store", 0, "row_digest"), (0, "", ""))[:2]
    lines = [
        f"{key}: {stored.get(key)} is stored, {expected.get(key)} is right"
        for key in sorted(set(stored) | set(expected))
        if (stored.get(key) or ())[:2] != (expected.get(key) or ())
    ]
    right = (len(stored), digest_sum(key + value for key, value in stored.items()))
    if total != right:
        lines.append(f"the sum is {total}, {right} is right")
    return lines


def sign(database):
    """Gives every row of a store that was filled by SQL its digests; those that are there are replaced."""
    database.execute("DELETE FROM row_digest")
    rows = [row + ("written",) for row in all_digests(database)]
    database.executemany("INSERT INTO row_digest VALUES (?, ?, ?, ?, ?, ?)", rows)
    database.execute(
        "INSERT INTO row_digest VALUES ('store', 0, 'row_digest', ?, ?, 'written')",
        (len(rows), digest_sum(rows)))
    database.commit()


def write_fixture():
    database = sqlite3.connect(":memory:")
    database.executescript((FIXTURES / "layout-3.sql").read_text())
    database.executescript((FIXTURES / "digests.sql").read_text())
    lines = [
        "|".join(map(str, row)) for row in all_digests(database) if row[0] != "store"
    ]
    (FIXTURES / "digests.txt").write_text("\n".join(sorted(lines)) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        found = problems(sys.argv[1])
        print("\n".join(found) or "all digests are right")
        sys.exit(65 if found else 0)
    write_fixture()
