"""Tables as programs write them, and the cells that pandas reads, for Tests/DatasetsTests.

Versions: Python 3.11, pandas==3.1.1. Run: python Tests/References/datasets_tables.py

Every table goes through pandas.read_csv with the options that a person would give it, all cells as
text. `encodings` are the characters that Python's own codecs give the bytes 80 to FF.
"""

import base64
import io
import json
import os

import pandas

assert pandas.__version__ == "3.1.1"

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILE = os.path.join(TESTS, "DatasetsTests", "Fixtures", "tables.json")

ROWS = [("007", "Träger"), ("010", "Flip, Flop"), ("1e3", 'say "hi"'), ("12", "naïve")]


def quoted(cell, separator):
    needs = any(c in cell for c in (separator, '"', "\n"))
    return '"' + cell.replace('"', '""') + '"' if needs else cell


def text(separator=",", header="id,label", top="", end="\n"):
    lines = [] if header is None else [header.replace(",", separator)]
    lines += [separator.join(quoted(c, separator) for c in row) for row in ROWS]
    return top + end.join(lines) + end


def case(name, content, encoding="utf-8", dialect=None, skip=0, **options):
    raw = content.encode(encoding)
    frame = pandas.read_csv(
        io.BytesIO(raw), dtype=str, keep_default_na=False, skiprows=skip,
        encoding="utf-8-sig" if encoding == "utf-8" else encoding, **options)
    return {
        "name": name, "bytes": base64.b64encode(raw).decode(), "dialect": dialect or {},
        "columns": list(frame.columns), "rows": frame.values.tolist(),
    }


def codec(name):
    return {name: [bytes([b]).decode(name, errors="ignore") for b in range(0x80, 0x100)]}


cases = [
    case("commas", text()),
    case("semicolons", text(";"), dialect={"separator": ";"}, sep=";"),
    case("tabs", text("\t"), dialect={"separator": "\t"}, sep="\t"),
    case("pipes, CRLF", text("|", end="\r\n"), dialect={"separator": "|"}, sep="|"),
    case("sep= line of a spreadsheet", text(";", top="sep=;\n"), skip=1, sep=";"),
    case("quoted sep= line, CRLF", text("\t", top='"sep=\t"\r\n', end="\r\n"), skip=1, sep="\t"),
    case("no header line", text(header=None), dialect={"columns": ["a", "b"]}, header=None,
         names=["a", "b"]),
    case("comments", text(top="# exported 2024\n# by hand\n"), dialect={"comment": "#"},
         comment="#"),
    case("latin-1", text(), "latin-1", {"encoding": "latin1"}),
    case("windows-1252", text(header="id,“label”"), "cp1252", {"encoding": "windows-1252"}),
    case("UTF-16 of a spreadsheet", text("\t", end="\r\n"), "utf-16", {"separator": "\t"},
         sep="\t"),
    case("UTF-16 little endian without mark", text(), "utf-16-le", {"encoding": "utf-16le"}),
    case("UTF-16 big endian without mark", text(), "utf-16-be", {"encoding": "utf-16be"}),
]

encodings = {}
for name in ("latin-1", "cp1252", "iso8859-15"):
    encodings.update(codec(name))

with open(FILE, "w", encoding="utf-8") as file:
    json.dump({"cases": cases, "encodings": encodings}, file, ensure_ascii=False, indent=1)
    file.write("\n")
