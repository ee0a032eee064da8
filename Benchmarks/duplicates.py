"""Times finding identical pictures against decoding them, in one run.

    python Benchmarks/duplicates.py FOLDER [--small 60000] [--large 10000]

FOLDER takes the pictures and caches, about 1.5 GB, and must be empty or absent; `enginebench` must be built.
Three sets:

- small: 60,000 PNG files of 32 x 32, one in a hundred a copy of another;
- large: 10,000 JPEG files of 1000 x 1000 with pixels of their own, one in a hundred a copy. They are made of
  100 encoded pictures by changing the first entries of their quantisation tables, which decides about
  brightness and colour;
- comments: 10,000 JPEG files that differ from 100 pictures in a comment only, the worst case: every
  picture is a candidate, and all are read once more.

Needs NumPy and Pillow. Prints seconds of decoding, of finding, and their ratio.
"""

import argparse
import io
import pathlib

import numpy as np
from PIL import Image

from measuring import ENGINE, run_json

generator = np.random.default_rng(20261201)


def smooth(size, cells):
    """A picture of soft patches with some noise."""
    rough = Image.fromarray(generator.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
    values = np.asarray(rough.resize((size, size), Image.BICUBIC)).astype(int)
    values += generator.integers(-6, 7, values.shape)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def encoded(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def small(folder, count):
    """A hundred pictures, shifted and made lighter or darker, so that none is the same as another."""
    sources = [np.asarray(smooth(32, 6)).astype(int) for _ in range(100)]
    last = b""
    for index in range(count):
        if index % 100 != 99:
            turn = index // 100
            moved = np.roll(sources[index % 100], (turn % 32, turn // 32 % 32), (0, 1))
            image = Image.fromarray((moved // 2 + turn % 97).astype(np.uint8))
            last = encoded(image, "PNG", compress_level=1)
        (folder / f"{index:05}.png").write_bytes(last)


def with_tables(jpeg, first, second):
    """The picture with other first entries in its two quantisation tables (ITU T.81, B.2.4.1)."""
    bytes_, found = bytearray(jpeg), 0
    place = 2
    while found < 2:
        marker, length = bytes_[place + 1], int.from_bytes(bytes_[place + 2:place + 4], "big")
        if marker == 0xDB:
            for table in range(place + 4, place + 2 + length, 65):
                bytes_[table + 1] = (first, second)[bytes_[table] & 15]
                found += 1
        place += 2 + length
    return bytes(bytes_)


def large(folder, count):
    sources = [encoded(smooth(1000, 12), "JPEG", quality=75) for _ in range(100)]
    last = b""
    for index in range(count):
        if index % 100 != 99:
            tables = index // 100
            last = with_tables(sources[index % 100], 8 + tables % 10, 8 + tables // 10)
        (folder / f"{index:05}.jpg").write_bytes(last)


def comments(folder, count):
    sources = [encoded(smooth(1000, 12), "JPEG", quality=75) for _ in range(100)]
    for index in range(count):
        text = f"copy {index}".encode()
        segment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
        jpeg = sources[index % 100]
        (folder / f"{index:05}.jpg").write_bytes(jpeg[:2] + segment + jpeg[2:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--small", type=int, default=60_000)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engine", type=pathlib.Path, default=ENGINE)
    chosen = parser.parse_args()
    print("set        pictures  groups  copies  decoding s  finding s  again s  finding/decoding")
    for make, count, size in [
            (small, chosen.small, 32), (large, chosen.large, 64), (comments, chosen.large, 64)]:
        folder = chosen.folder / make.__name__
        folder.mkdir(parents=True)
        make(folder, count)
        report = run_json([
            chosen.engine, "pictures", folder, "--cache", chosen.folder / "cache", "--size", size,
            "--threads", chosen.threads, "--json"])
        print(
            f"{make.__name__:10} {report['pictures']:8} {report['groups']:7} {report['copies']:7}"
            f" {report['decodeSeconds']:11.2f} {report['findSeconds']:10.3f}"
            f" {report['findAgainSeconds']:8.3f}"
            f" {report['findSeconds'] / report['decodeSeconds']:16.4f}", flush=True)
        for path in folder.iterdir():
            path.unlink()


if __name__ == "__main__":
    main()
