#!/usr/bin/env python3
"""Makes the embedded long-tailed subset of Fashion-MNIST. Standard library only.

    Scripts/make_fashion_mnist_lt.py [--source FOLDER] [--output FOLDER] [--check]

Reads the four files of Debian's package dataset-fashion-mnist and writes four IDX files of the
same kind, gzipped, with README.md beside them. Images are chosen by the SHA-256 of
"seed/split/label/index", smallest first, so that the choice depends on no random generator; they
keep their order. Classes keep int(1000 * 0.01 ** (i / 9)) training images in the order of ORDER,
and 120 test images each. --check writes nothing and says whether the files there are the same.
"""

import argparse
import gzip
import hashlib
import os
import struct
import sys
import zlib

SEED = 2026
NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
         "Bag", "Ankle boot"]
# From head to tail. Easy and hard classes alternate, so that the tail is not only what any model
# gets right, and the rare ones have a frequent look-alike: coat and pullover, shirt and T-shirt,
# sandal and sneaker.
ORDER = [0, 7, 2, 8, 3, 9, 4, 1, 6, 5]
LARGEST, FACTOR, TEST_EACH = 1000, 100, 120
FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "t10k": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


def read(path, dimensions):
    with gzip.open(path) as file:
        content = file.read()
    sizes = struct.unpack(f">{dimensions}I", content[4:4 + 4 * dimensions])
    if content[:4] != bytes([0, 0, 8, dimensions]) or len(content) != 4 + 4 * dimensions + product(sizes):
        sys.exit(f"{path} is no IDX file of bytes in {dimensions} dimensions")
    return sizes, content[4 + 4 * dimensions:]


def product(sizes):
    result = 1
    for size in sizes:
        result *= size
    return result


def idx(sizes, content):
    return bytes([0, 0, 8, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes) + content


def compress(content):
    """A gzip file without name and time, so that equal content gives equal bytes."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    body = deflate.compress(content) + deflate.flush()
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return header + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def choose(split, labels, counts):
    def rank(index):
        return hashlib.sha256(f"{SEED}/{split}/{labels[index]}/{index}".encode()).digest()

    chosen = []
    for label, count in enumerate(counts):
        members = [index for index, other in enumerate(labels) if other == label]
        chosen += sorted(members, key=rank)[:count]
    return sorted(chosen)


def make(source):
    tail = [int(LARGEST * (1 / FACTOR) ** (i / (len(ORDER) - 1))) for i in range(len(ORDER))]
    counts = {"train": [tail[ORDER.index(label)] for label in range(len(ORDER))],
              "t10k": [TEST_EACH] * len(ORDER)}
    outputs = {}
    for split, (images_name, labels_name) in FILES.items():
        (number, height, width), images = read(os.path.join(source, images_name), 3)
        (label_number,), labels = read(os.path.join(source, labels_name), 1)
        if number != label_number:
            sys.exit(f"{images_name} has {number} images and {labels_name} {label_number} labels")
        chosen = choose(split, labels, counts[split])
        size = height * width
        pixels = b"".join(images[i * size:(i + 1) * size] for i in chosen)
        outputs[images_name] = compress(idx((len(chosen), height, width), pixels))
        outputs[labels_name] = compress(idx((len(chosen),), bytes(labels[i] for i in chosen)))
    outputs["README.md"] = readme(outputs, counts).encode()
    return outputs


LICENCE = """\
The MIT License (MIT)

Copyright © 2017 Zalando SE, https://tech.zalando.com

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def readme(outputs, counts):
    rows = "\n".join(f"| {label} | {NAMES[label]} | {counts['train'][label]} | {counts['t10k'][label]} |"
                     for label in ORDER)
    sums = "\n".join(f"{hashlib.sha256(outputs[name]).hexdigest()}  {name}" for name in sorted(outputs))
    return f"""# Fashion-MNIST, long-tailed

A subset of Zalando's Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747): grey images
of 28×28 in the IDX format, gzipped; taken from the files of Debian's package
`dataset-fashion-mnist` by `Scripts/make_fashion_mnist_lt.py` (seed {SEED}), which also wrote this
page. `Scripts/make_fashion_mnist_lt.py --check` says whether they are still what it makes.

The training split is exponential with an imbalance factor of {FACTOR}; the test split is balanced.
Easy and hard classes alternate from head to tail, and the rare ones have a frequent look-alike:
coat and pullover, shirt and T-shirt, sandal and sneaker.

| label | class | train | test |
|---|---|---|---|
{rows}
| | all | {sum(counts['train'])} | {sum(counts['t10k'])} |

SHA-256:

```
{sums}
```

## Licence

{LICENCE}"""


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--source", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument(
        "--output", default=os.path.join(here, "..", "Experiments", "data", "fashion-mnist-lt"))
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    options = parser.parse_args()
    if not os.path.isdir(options.source):
        sys.exit(f"no folder '{options.source}'; install the package dataset-fashion-mnist")
    different = []
    for name, content in make(options.source).items():
        path = os.path.join(options.output, name)
        if not options.check:
            os.makedirs(options.output, exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
            continue
        try:
            with open(path, "rb") as file:
                same = file.read() == content
        except FileNotFoundError:
            same = False
        if not same:
            different.append(name)
    if different:
        sys.exit(f"not what this script makes: {', '.join(different)}")
    if options.check:
        print("all files are what this script makes")


if __name__ == "__main__":
    main()
