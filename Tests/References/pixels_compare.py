"""Compares the pixels that poise trains on with those of the Python text in Docs/pictures.md.

Makes pictures of all kinds, lets `poise` decode them (scaled and exact, orientations ignored and
applied), trains a tiny network on them, exports it, and runs the text of the document on the exported
metadata. Prints the largest differences of bytes and of normalised inputs.

Pinned: pillow==13.0.0, numpy==2.4.6, safetensors==0.8.0.
Run: python Tests/References/pixels_compare.py .build/release/poise
"""

import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

POISE = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEIGHT, WIDTH = 24, 32
generator = np.random.default_rng(11)


def photograph(height, width):
    """Waves, edges and a little noise: what tells a filter from another."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 60 * np.sin(x / (9 + 3 * c) + c) + 50 * np.cos(y / (7 + c)) for c in range(3)]
    values = np.stack(planes, -1) + generator.normal(0, 12, (height, width, 3))
    values[height // 3 : height // 2, width // 4 : width // 2] += 70
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def make_pictures(folder):
    sizes = [(30, 41), (96, 128), (97, 131), (199, 260), (400, 500), (511, 333), (64, 700)]
    for index, size in enumerate(sizes):
        image = photograph(*size)
        for label in ["a", "b"]:
            (folder / label).mkdir(exist_ok=True)
            image.save(folder / label / f"{index}.jpg", quality=88)
        image.save(folder / "a" / f"{index}_fine.jpg", quality=95, subsampling=0, progressive=True)
        image.save(folder / "b" / f"{index}.png")
        image.save(folder / "b" / f"{index}.webp", quality=90)
        exif = Image.Exif()
        exif[0x0112] = 2 + index
        image.save(folder / "a" / f"{index}_turned.jpg", exif=exif)
    image.convert("L").save(folder / "a" / "gray.jpg")
    image.convert("CMYK").save(folder / "a" / "cmyk.jpg")
    Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257).save(folder / "a" / "16.png")
    image.putalpha(Image.fromarray(np.tile(np.arange(700) % 256, (64, 1)).astype(np.uint8)))
    image.save(folder / "b" / "alpha.png")


EXPERIMENT = """
name: pixels
dataset: {{format: folder, root: data}}
split: {{test: 0.3, validation: 0}}
image: {{height: {height}, width: {width}, decode: {decode}, orientation: {orientation}}}
model: {{architecture: cifar_resnet20}}
training: {{epochs: 1, batch: 16}}
strategies: {{baseline: {{}}}}
"""


def records(folder):
    """The pixels in poise's cache: a header of 4,096 bytes, then the records."""
    (path,) = (folder / ".poise" / "cache").glob("pixels-*.cache")
    data = path.read_bytes()
    count = struct.unpack_from("<8s5q", data)[4]
    values = np.frombuffer(data, np.uint8, count * HEIGHT * WIDTH * 3, 4096)
    return values.reshape(count, HEIGHT, WIDTH, 3)


def documented(weights):
    """`network_input` of the document, for a file of weights."""
    text = (ROOT / "Docs" / "pictures.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
    names = {}
    exec(code.replace("weights.safetensors", str(weights)), names)
    return names["network_input"], names["mean"], names["deviation"]


def compare(decode, orientation):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "data").mkdir()
        make_pictures(folder / "data")
        file = folder / "pixels.yaml"
        file.write_text(EXPERIMENT.format(
            height=HEIGHT, width=WIDTH, decode=decode, orientation=orientation))

        def poise(*arguments):
            subprocess.run([POISE, *arguments], cwd=folder, check=True, capture_output=True)

        poise("sweep", file)
        poise("export", "1", "weights.safetensors")
        network_input, mean, deviation = documented(folder / "weights.safetensors")
        paths = sorted((folder / "data").rglob("*.*"), key=lambda path: str(path).encode())
        ours = records(folder)
        assert len(ours) == len(paths)
        worst, total, mismatches = 0, 0, 0
        for record, path in zip(ours, paths):
            theirs = network_input(path).transpose(1, 2, 0) * deviation + mean
            difference = np.abs(np.round(theirs * 255) - record)
            worst = max(worst, difference.max())
            mismatches += (difference > 0).sum()
            total += difference.size
        print(
            f"decode {decode}, orientation {orientation}: {len(paths)} pictures, largest difference "
            f"{int(worst)} of 255 ({worst / 255 / deviation.min():.4f} normalised), "
            f"{100 * mismatches / total:.2f} % of values differ")
        return worst


worst = max(compare(decode, orientation)
            for decode in ["scaled", "exact"] for orientation in ["ignore", "apply"])
sys.exit(int(worst > 1))
