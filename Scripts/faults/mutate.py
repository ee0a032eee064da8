"""Gives poise inputs that are almost right: pictures, weights, experiment files, tables, lists."""

import gzip
import json
import os
import random
import struct

import mutations
from trial import BAD, Trial

NAME = "mutate"
WEIGHT = 10
SAMPLE = 130
SHARDS = 2
# What an input of up to 1 MB may take, and a batch of pictures for each of them beside that.
SECONDS, MEGABYTES, SHARE = 1.0, 256, 0.01
BATCH = 200
# Mutations of each kind of input.
COUNTS = {"png": 500, "jpg": 600, "webp": 250, "gif": 250, "bmp": 300, "tif": 400, "other": 100,
          "torch": 500, "safetensors": 350, "experiment": 900, "table": 600, "idx": 300,
          "cifar": 100, "list": 350}
PICTURES = ("png", "jpg", "webp", "gif", "bmp", "tif", "other")

HEAD = "name: m\nimage: {size: 32}\nstrategies: {baseline: {}}\n"
FOLDER = HEAD + "dataset: {format: folder, root: pictures, quarantine_limit: 1}\n"
WEIGHTS = HEAD + "dataset: {format: folder, root: .}\nmodel: {architecture: resnet18, weights: %s}\n"
TABLE = HEAD + """\
dataset: {format: csv, root: ., file: t.csv, id: id, label: label, image: '{id}.png', text: text,
  quarantine_limit: 1%s}
"""
IDX = HEAD + """\
dataset: {format: idx, root: ., train_images: images, train_labels: labels, quarantine_limit: 1}
"""
CIFAR = HEAD + "dataset: {format: cifar10, root: ., quarantine_limit: 1}\n"
LIST = HEAD + """\
dataset: {format: list, root: ., train_list: train.txt, test_list: test.txt, image: '{path}',
  class_names: names.txt, quarantine_limit: 1}
split: {test: given, validation: 0}
"""
ID_LISTS = TABLE.strip() + """
split: {test: {lists: {train: train.txt, validation: validation.txt, test: test.txt}}}
"""


def trials(context):
    bench = Bench(context)
    points = [(kind, "%s %d" % (name, index)) for kind, count in COUNTS.items()
              for index, name in enumerate(bench.spread(kind, count))]
    waiting = []
    for kind, what in context.choose(points):
        if kind not in PICTURES:
            yield bench.text(kind, what)
            continue
        waiting.append((kind, what))
        if len(waiting) == BATCH:
            yield from bench.pictures(waiting)
            waiting = []
    yield from bench.pictures(waiting)


class Bench:
    """Right inputs of every kind, and what is made of their changed copies."""

    def __init__(self, context):
        self.context = context
        self.found = os.path.join(context.build, "found")
        tests = os.path.join(context.root, "Tests")
        self.seeds = {kind: {} for kind in COUNTS}
        for folder in ("ImagesTests/Fixtures", "ImagesTests/Fixtures/Formats"):
            for name, path in files(os.path.join(tests, folder)):
                ending = name[name.rfind(".") + 1:]
                if ending not in ("rgb", "json"):
                    self.seeds[ending if ending in PICTURES else "other"][name] = content(path)
        for room in ("WeightsTests", "NetworksTests"):
            for name, path in files(os.path.join(tests, room, "Fixtures")):
                if name.endswith((".pth", ".pt")):
                    self.seeds["torch"][name] = content(path)
                elif name.endswith(".safetensors"):
                    self.seeds["safetensors"][name] = content(path)
        for name, path in files(os.path.join(context.root, "Experiments")):
            if name.endswith(".yaml"):
                self.seeds["experiment"][name] = content(path)
        with open(os.path.join(tests, "ExperimentsTests/Fixtures/bad-files.json"), "rb") as file:
            for index, case in enumerate(json.load(file)):
                if isinstance(case.get("text"), str):
                    self.seeds["experiment"]["case-%d.yaml" % index] = case["text"].encode()
        self.tables()

    def tables(self):
        """Tables, lists and packed pictures, which are made here."""
        generator = random.Random(1)
        rows = ["id,label,text"] + [
            '%d,%s,"%s, %s"' % (index, generator.choice(("shoe", "hat", "Tür")),
                                generator.choice(("red", 'so-called ""new""')), "word " * (index % 4))
            for index in range(12)]
        self.seeds["table"] = {
            "comma.csv": "\n".join(rows).encode(),
            "semicolon.csv": "\r\n".join(rows).replace(",", ";").encode("windows-1252"),
            "wide.csv": "\n".join(rows).encode("utf-16")}
        labels = [index % 3 for index in range(30)]
        pixels = bytes(generator.randrange(256) for _ in range(30 * 64))
        images = struct.pack(">4I", 0x803, 30, 8, 8) + pixels
        self.seeds["idx"] = {
            "images": images, "labels": struct.pack(">2I", 0x801, 30) + bytes(labels),
            "images.gz": gzip.compress(images, mtime=0),
            "labels.gz": gzip.compress(struct.pack(">2I", 0x801, 30) + bytes(labels), mtime=0)}
        record = b"".join(bytes([label]) + generator.randbytes(3072)
                          for label in list(range(10)) * 2)
        self.batches = {index: b"".join(
            bytes([label]) + generator.randbytes(3072) for label in range(10)) for index in range(2, 6)}
        # No two of one content: the same picture with two labels is set aside.
        self.twelve = list({data: name for name, data in sorted(self.seeds["bmp"].items())
                            if name.startswith(("24", "32", "8", "4", "1"))
                            and "cut" not in name})[:12]
        other = b"".join(bytes([label]) + generator.randbytes(3072) for label in range(10))
        self.seeds["cifar"] = {"data_batch_1.bin": record, "test_batch.bin": other}
        paths = "\n".join("%d.png %d" % (index, index % 3) for index in range(8))
        self.seeds["list"] = {
            "train.txt": paths.encode(), "test.txt": b"8.png 0\n9.png 1\n10.png 2\n",
            "names.txt": b"shoe\nhat\nT\xc3\xbcr\n", "ids.txt": b"0\n1\n2\n3\n4\n"}

    def spread(self, kind, count):
        """`count` names of right inputs, each as often as any other."""
        names = sorted(self.seeds[kind])
        # Of experiment files most are wrong as they are: the others come as often as all of those.
        good = [name for name in names if not name.startswith("case-")]
        if good != names:
            names = [one for pair in zip(names, good * len(names)) for one in pair]
        return [names[index % len(names)] for index in range(count)]

    def mutated(self, kind, what):
        name = what[:what.rfind(" ")]
        return name, mutations.mutated(
            name, self.seeds[kind][name], self.context.random(kind, what))

    # Pictures, many in one process

    def pictures(self, points):
        """The trials of pictures; where a batch ends badly, its halves are tried."""
        if not points:
            return
        result, cpu = self.decode(points)
        verdict, detail = self.judge(result, cpu, SECONDS + SHARE * len(points))
        if verdict in BAD and len(points) > 1:
            middle = len(points) // 2
            yield from self.pictures(points[:middle])
            yield from self.pictures(points[middle:])
            return
        if verdict in BAD:
            kind, what = points[0]
            self.keep(kind, what, self.mutated(kind, what)[1])
        for kind, what in points:
            yield Trial(kind, what, verdict, detail, cpu / len(points), result.megabytes)

    def decode(self, points):
        with self.context.folder("mutate") as folder:
            for label in ("one", "two"):
                os.makedirs(os.path.join(folder, "pictures", label))
                write(folder, "pictures/%s/right.png" % label, self.seeds["png"]["colour.png"])
            for index, (kind, what) in enumerate(points):
                name, data = self.mutated(kind, what)
                write(folder, "pictures/%s/%d%s" % (
                    ("one", "two")[index % 2], index, name[name.rfind("."):]), data)
            write(folder, "m.yaml", FOLDER.encode())
            return self.run(folder, ["data", "m.yaml"])

    # Everything else, one in a process

    def text(self, kind, what):
        with self.context.folder("mutate") as folder:
            name, data = self.mutated(kind, what)
            command = self.fill(folder, kind, name, data)
            tries = []
            for _ in range(3):
                result, cpu = self.run(folder, command)
                verdict, detail = self.judge(result, cpu, SECONDS)
                tries.append((cpu, result.megabytes, verdict, detail))
                if verdict not in ("hang", "large"):
                    break
            seconds, megabytes, verdict, detail = min(tries)
        if verdict in BAD:
            self.keep(kind, what, data)
        return Trial(kind, what, verdict, detail, seconds, megabytes)

    def fill(self, folder, kind, name, data):
        """Writes the input with what stands beside it; returns the command that reads it."""
        if kind == "experiment":
            base = "final-cifar10-lt.yaml"
            write(folder, base, self.seeds[kind][base])
            write(folder, "m.yaml", data)
            return ["check", "--no-data", "m.yaml"]
        if kind in ("torch", "safetensors"):
            write(folder, name, data)
            write(folder, "m.yaml", (WEIGHTS % name).encode())
            return ["check", "--no-data", "m.yaml"]
        if kind in ("table", "list"):
            for index, different in enumerate(self.twelve):
                write(folder, "%d.png" % index, different)
        pattern = {"idx": IDX, "cifar": CIFAR, "list": LIST}.get(kind, TABLE)
        more = {"semicolon.csv": ", separator: semicolon, encoding: windows-1252"}.get(name, "")
        if kind == "list" and name == "ids.txt":
            pattern, more = ID_LISTS, ""
            write(folder, "t.csv", self.seeds["table"]["comma.csv"])
            write(folder, "validation.txt", b"")
            write(folder, "test.txt", b"5\n6\n7\n8\n9\n10\n11\n")
            write(folder, "train.txt", data)
        elif kind == "table":
            write(folder, "t.csv", data)
        else:
            for other, right in self.seeds[kind].items():
                write(folder, other.replace(".gz", ""), right)
            if kind == "cifar":
                for index in range(2, 6):
                    write(folder, "data_batch_%d.bin" % index, self.batches[index])
            write(folder, name.replace(".gz", ""), data)
        write(folder, "m.yaml", (pattern % more if "%s" in pattern else pattern).encode())
        return ["data", "m.yaml"]

    def run(self, folder, words):
        running = self.context.start([self.context.poise] + words, cwd=folder,
                                     env=dict(os.environ, OPENBLAS_NUM_THREADS="1", TMPDIR=folder))
        result = running.wait(30)
        usage = running.usage
        return result, usage.ru_utime + usage.ru_stime

    def judge(self, result, cpu, limit):
        """The verdict: how it ended, then its time on a processor and its memory."""
        verdict, detail = self.context.judge(result)
        if result.code == 2 and verdict == "unclear":
            verdict, detail = "unclear", result.last
        if verdict in BAD:
            return verdict, detail
        if result.megabytes > MEGABYTES:
            return "large", "%.0f MB" % result.megabytes
        if cpu > limit:
            return "hang", "%.1f s" % cpu
        return verdict, detail

    def keep(self, kind, what, data):
        """Keeps an input that ended badly."""
        os.makedirs(self.found, exist_ok=True)
        name = what[:what.rfind(" ")]
        stem, ending = os.path.splitext(name)
        place = os.path.join(self.found, "%s-%s-%s-%d%s" % (
            kind, stem, what[what.rfind(" ") + 1:], self.context.seed, ending))
        with open(place, "wb") as file:
            file.write(data)


def files(folder):
    """(name, path) of the files of a folder."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            yield name, path


def content(path):
    with open(path, "rb") as file:
        return file.read()


def write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)
