"""The table at the end, and the same table in a document."""

import json
import shlex

import trial

BEGIN, END = "<!-- table of make faults: begin -->", "<!-- table of make faults: end -->"


def read(path):
    """The lines of a log; a line that was cut off by an interruption is passed over."""
    lines = []
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                try:
                    lines.append(json.loads(line))
                except ValueError:
                    continue
    except FileNotFoundError:
        pass
    return lines


def newest(lines):
    """The last verdict of every trial."""
    last = {}
    for line in lines:
        if "verdict" in line:
            last[(line["part"], line["kind"], line["what"])] = line
    return list(last.values())


def summary(lines, parts):
    """One list of cells a part, with a line of headings first and one for all last."""
    verdicts = [v for v in trial.GOOD + trial.BAD]
    rows = [["part", "trials"] + verdicts + ["slowest"]]
    everything = newest(lines)
    for part in parts + ["all"]:
        those = [line for line in everything if part in ("all", line["part"])]
        if not those and part != "all":
            continue
        counts = [sum(line["verdict"] == verdict for line in those) for verdict in verdicts]
        slowest = max((line["seconds"] for line in those), default=0.0)
        rows.append([part, str(len(those))] + [str(count or "") for count in counts]
                    + ["%.1f s" % slowest])
    # Columns of verdicts that never came are left out.
    keep = [column for column in range(len(rows[0]))
            if column < 5 or any(row[column] for row in rows[1:])]
    return [[row[column] for column in keep] for row in rows]


def text(lines, parts):
    """The table for a terminal."""
    rows = summary(lines, parts)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows)


def markdown(lines, parts):
    """The table for a document."""
    rows = summary(lines, parts)
    ruler = ["---"] + ["---:"] * (len(rows[0]) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [rows[0], ruler] + rows[1:])


def bad(lines):
    """The trials that ended badly."""
    return [line for line in newest(lines) if line["verdict"] in trial.BAD]


def repeating(line):
    """The command that repeats a trial."""
    return "python3 Scripts/faults --parts %s --seed %s --only %s" % (
        line["part"], line["seed"], shlex.quote(trial.key(line["kind"], line["what"])))


def replace(path, lines, parts, heading):
    """Writes the table between the markers of a document."""
    with open(path, encoding="utf-8") as file:
        document = file.read()
    if BEGIN not in document or END not in document:
        raise SystemExit("%s has no lines '%s' and '%s'" % (path, BEGIN, END))
    before, rest = document.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write("%s%s\n%s\n\n%s\n%s%s" % (
            before, BEGIN, heading, markdown(lines, parts), END, after))
