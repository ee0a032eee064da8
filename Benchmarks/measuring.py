"""Where the programs are, how a measurement is run, and the lists of problems."""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ENGINE = HERE.parent / ".build/release/enginebench"
POISE = HERE.parent / ".build/release/poise"

# PyTorch's memory layouts; torch_resnet.LAYOUTS has their formats.
LAYOUT_NAMES = ("nchw", "channels_last")


def name_of(fields):
    """Such as `resnet50 64×64 b64`."""
    arch, height, width, batch = fields
    return f"{arch} {height}×{width} b{batch}"


def options(fields, steps, threads):
    """The options that every measurement of a problem takes."""
    arch, height, width, batch = fields
    return ["--arch", arch, "--height", height, "--width", width, "--batch", batch,
            "--steps", str(steps), "--threads", str(threads), "--json"]


def run_json(command):
    """What a command prints as its last line."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def problems(path):
    """Lines of a problem list: architecture, height, width, batch."""
    for line in pathlib.Path(path).read_text().splitlines():
        fields = line.split("#")[0].split()
        if fields:
            yield fields
