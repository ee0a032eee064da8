#!/usr/bin/env python3
"""Writes the table of Docs/strategies.md from measurements; see `make proofs`.

    proofs.py GOLDEN_LOG POISE [DOCUMENT]

GOLDEN_LOG is what the golden tests printed: lines `golden NAME | ASPECT | ERROR | REFERENCE`, the
worst error of a strategy in a test. POISE is the command, whose `strategies` prints names, papers
and what its checkers measured. Everything between the two marks of the document is replaced. Fails
where a strategy has no golden line or a broken promise, after the table was written with both.
"""

import pathlib
import re
import subprocess
import sys

BEGIN, END = "<!-- proofs: begin -->", "<!-- proofs: end -->"
LINE = re.compile(r"golden ([a-z0-9-]+) \| (\w+) \| (\S+) \| ([^|\n]+)")
FAMILY_TITLE = {
    "reference": "Reference", "weighting": "Class weights", "loss": "Losses",
    "sampling": "Samplers", "augmentation": "Augmentation", "mixing": "Mixing",
    "combination": "Combinations", "schedule": "Schedules", "post-hoc": "After training",
}
ASPECTS = ["weights", "value", "gradient", "mass", "order", "mixes", "images", "logits", "choices",
           "steps"]
EXACT = {"order": "draws identical", "choices": "choices identical"}


def poise(command, *arguments):
    done = subprocess.run([command, "strategies", *arguments], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{command} strategies {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def catalogue(command):
    """(family, name) in the order of the list."""
    family, out = "", []
    for line in poise(command, "list").splitlines():
        if not line.strip():
            break
        if line.startswith("  "):
            out.append((family, line.split()[0]))
        else:
            family = line.strip()
    return out


def paper(command, name):
    for line in poise(command, "show", name).splitlines():
        if line.startswith("paper "):
            return line.split(None, 1)[1]
    return "—"


def findings(command):
    """For each strategy its lines (kept, what, measured)."""
    out, name = {}, None
    for line in poise(command, "test").splitlines():
        if not line.strip():
            break
        found = re.match(r"  (ok|FAILED)\s+(.*?)\s{2,}(.*)$", line)
        if found:
            out[name].append((found[1] == "ok", found[2], found[3]))
        else:
            name = line.strip()
            out[name] = []
    return out


def golden(log):
    """For each strategy and aspect the worst error and all references."""
    out = {}
    for name, aspect, error, reference in LINE.findall(log):
        errors, references = out.setdefault(name, ({}, []))
        error = float(error)
        before = errors.get(aspect, 0.0)
        errors[aspect] = error if error != error or error > before else before
        if reference.strip() not in references:
            references.append(reference.strip())
    return out


def short(error):
    return "0" if error == 0 else f"{error:.1e}"


def errors_text(errors):
    parts = []
    for aspect, error in sorted(errors.items(), key=lambda each: ASPECTS.index(each[0])):
        if aspect in EXACT:
            parts.append(EXACT[aspect] if error == 0 else f"{error:.1%} of the {aspect} differs")
        else:
            parts.append(f"{aspect} {short(error)}")
    return ", ".join(parts)


def checks_text(lines):
    broken = [f"{what}: {measured}" for kept, what, measured in lines if not kept]
    if broken:
        return "**BROKEN** " + "; ".join(broken)
    text = [f"{len(lines)} kept"]
    sigma = [float(m[1]) for _, what, measured in lines if "class mass" in what
             if (m := re.search(r"([\d.]+) σ", measured))]
    slope = [float(m[1]) for _, what, measured in lines if what.endswith("gradient")
             if (m := re.match(r"([\d.]+) from", measured))]
    if sigma:
        text.append(f"draws {max(sigma)} σ")
    if slope:
        text.append(f"gradient {max(slope):g}")
    return ", ".join(text)


def main():
    log, command = pathlib.Path(sys.argv[1]).read_text(), sys.argv[2]
    document = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else "Docs/strategies.md")
    errors, checks = golden(log), findings(command)
    rows, missing, broken, last = [], [], [], None
    for family, name in catalogue(command):
        if family != last:
            rows += ["", f"### {FAMILY_TITLE.get(family, family)}", "",
                     "| strategy | paper | compared with | worst error | its checker |",
                     "|---|---|---|---|---|"]
            last = family
        lines = checks.get(name, [])
        if not lines or any(not kept for kept, _, _ in lines):
            broken.append(name)
        if name in errors:
            proof = f"{', '.join(sorted(errors[name][1]))} | {errors_text(errors[name][0])}"
        else:
            missing.append(name)
            proof = "**MISSING** | **no golden comparison**"
        rows.append(f"| `{name}` | {paper(command, name)} | {proof} | {checks_text(lines)} |")
    text = document.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"{document} needs each of the marks {BEGIN} and {END} once")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    document.write_text(head + BEGIN + "\n" + "\n".join(rows).strip() + "\n" + END + tail)
    print(f"{document}: {len(checks)} strategies")
    if missing:
        print("without a golden comparison: " + ", ".join(missing), file=sys.stderr)
    if broken:
        print("with a broken promise: " + ", ".join(broken), file=sys.stderr)
    sys.exit(1 if missing or broken else 0)


main()
