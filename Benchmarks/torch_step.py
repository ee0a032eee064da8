"""Images per second of whole PyTorch training steps: the twin of `enginebench step`.

Versions: torch==2.13.0. Plain ResNet (version 1.5), mean cross-entropy, SGD with momentum 0.9 and
weight decay 5e-4, in both memory layouts; the better one counts. float32, or with `--precision
bfloat16` the forward pass under autocast, as PyTorch's users train in mixed precision.

    python Benchmarks/torch_step.py --arch resnet50 --height 96 --width 96 --batch 32
"""

import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F

from torch_resnet import BLOCKS, LAYOUTS, ResNet


def measure(a, layout):
    torch.manual_seed(1)
    model = ResNet(a.arch, a.classes, a.stem).to(memory_format=layout).train()
    if a.compile:
        model = torch.compile(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=5e-4, momentum=0.9, weight_decay=5e-4)
    x = (torch.rand(a.batch, 3, a.height, a.width) * 4 - 2).to(memory_format=layout)
    y = torch.randint(a.classes, (a.batch,))
    times = []
    for step in range(2 + a.steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=a.precision == "bfloat16"):
            logits = model(x)
        F.cross_entropy(logits.float(), y).backward()
        optimizer.step()
        if step >= 2:
            times.append(time.perf_counter() - start)
    return a.batch / statistics.median(times)


def options(description):
    """The options of `enginebench step`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--arch", default="resnet50", choices=sorted(BLOCKS))
    parser.add_argument("--stem", default="imagenet", choices=["imagenet", "small"])
    for name, default in [
        ("height", 224), ("width", 224), ("batch", 16), ("steps", 5), ("threads", 2),
        ("classes", 1000),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", action="store_true")
    return parser


def report(a, rates):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if a.json:
        print(json.dumps({"imagesPerSecond": rates, "peakBytes": peak}))
    else:
        for name, rate in rates.items():
            print(f"{name}: {rate:.2f} images/s")
        print(f"peak memory {peak >> 20} MiB")


if __name__ == "__main__":
    parser = options(__doc__.splitlines()[0])
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--compile", action="store_true", help="through torch.compile")
    parser.add_argument("--layout", choices=list(LAYOUTS), action="append")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    layouts = arguments.layout or list(LAYOUTS)
    report(arguments, {name: measure(arguments, LAYOUTS[name]) for name in layouts})
