"""Images per second of whole PyTorch training steps: the twin of `enginebench step`.

Versions: torch==2.13.0. Plain ResNet (version 1.5), float32, mean cross-entropy, SGD with momentum
0.9 and weight decay 5e-4, in both memory layouts; the better one counts.

    python Benchmarks/torch_step.py --arch resnet50 --height 96 --width 96 --batch 32
"""

import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

BLOCKS = {
    "resnet18": ([2, 2, 2, 2], False),
    "resnet34": ([3, 4, 6, 3], False),
    "resnet50": ([3, 4, 6, 3], True),
    "resnet101": ([3, 4, 23, 3], True),
}


def conv(i, o, k, s=1):
    return nn.Conv2d(i, o, k, s, k // 2, bias=False)


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = width * 4 if bottleneck else width
        if bottleneck:
            convs = [conv(inputs, width, 1), conv(width, width, 3, stride), conv(width, outputs, 1)]
        else:
            convs = [conv(inputs, width, 3, stride), conv(width, width, 3)]
        self.convs = nn.ModuleList(convs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c.out_channels) for c in convs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = x
        for index, (c, n) in enumerate(zip(self.convs, self.norms)):
            y = n(c(y))
            if index < len(self.convs) - 1:
                y = F.relu(y, inplace=True)
        y += x if self.downsample is None else self.downsample(x)
        return F.relu(y, inplace=True)


def resnet(arch, stem, classes):
    blocks, bottleneck = BLOCKS[arch]
    layers = [conv(3, 64, 3) if stem == "small" else conv(3, 64, 7, 2)]
    layers += [nn.BatchNorm2d(64), nn.ReLU(inplace=True)]
    if stem != "small":
        layers.append(nn.MaxPool2d(3, 2, 1))
    channels = 64
    for stage, count in enumerate(blocks):
        width = 64 << stage
        for block in range(count):
            stride = 2 if stage > 0 and block == 0 else 1
            layers.append(Block(channels, width, stride, bottleneck))
            channels = width * 4 if bottleneck else width
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
    return nn.Sequential(*layers)


def measure(arguments, layout):
    torch.manual_seed(1)
    model = resnet(arguments.arch, arguments.stem, arguments.classes)
    model = model.to(memory_format=layout).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=5e-4, momentum=0.9, weight_decay=5e-4)
    x = torch.rand(arguments.batch, 3, arguments.height, arguments.width) * 4 - 2
    x = x.to(memory_format=layout)
    y = torch.randint(arguments.classes, (arguments.batch,))
    times = []
    for step in range(2 + arguments.steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        if step >= 2:
            times.append(time.perf_counter() - start)
    return arguments.batch / statistics.median(times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--arch", default="resnet50", choices=sorted(BLOCKS))
    parser.add_argument("--stem", default="imagenet", choices=["imagenet", "small"])
    for name, default in [
        ("height", 224), ("width", 224), ("batch", 16), ("steps", 5), ("threads", 2),
        ("classes", 1000),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--layout", choices=["nchw", "channels_last"], action="append")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    layouts = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
    rates = {n: measure(arguments, layouts[n]) for n in arguments.layout or layouts}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if arguments.json:
        print(json.dumps({"imagesPerSecond": rates, "peakBytes": peak}))
    else:
        for name, rate in rates.items():
            print(f"{name}: {rate:.2f} images/s")
        print(f"peak memory {peak >> 20} MiB")
