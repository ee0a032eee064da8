"""Golden numbers for every implementation of convolution, made with PyTorch in double precision.

Versions: torch==2.13.0, numpy. Run: python Tests/References/kernels_convolution_golden.py

Inputs come from Philox4x64-10; of each result its norm and eight projections on random signs are
kept, as in networks_golden.py.
"""

import json
import os

import torch
import torch.nn.functional as F

from networks_golden import summary, stream

PROBLEMS = [
    # batch, height, width, in, out, kernel, stride: padding is half the kernel
    (2, 5, 3, 20, 24, 1, 1),
    (3, 5, 3, 8, 20, 1, 2),
    (5, 16, 16, 64, 64, 1, 1),
    (64, 2, 2, 128, 256, 1, 1),
    (1, 1, 1, 16, 16, 3, 1),
    (3, 5, 3, 24, 16, 3, 1),
    (2, 13, 10, 64, 24, 3, 1),
    (3, 28, 28, 16, 16, 3, 1),
    (33, 4, 4, 32, 32, 3, 1),
    (17, 2, 2, 96, 80, 3, 1),
    (3, 7, 5, 24, 20, 3, 2),
    (35, 4, 4, 32, 64, 3, 2),
    (4, 14, 14, 64, 64, 3, 2),
    (1, 17, 13, 3, 64, 7, 2),
    (4, 32, 32, 3, 16, 7, 2),
]


def case(n, h, w, c, k, size, stride):
    name = f"n{n} {h}x{w}x{c} {k} k{size} s{stride}"
    x = stream(f"{name}/x", n * h * w * c).reshape(n, h, w, c)
    weight = stream(f"{name}/w", size * size * c * k).reshape(size, size, c, k)
    x = torch.from_numpy(x).permute(0, 3, 1, 2).double().requires_grad_()
    weight = torch.from_numpy(weight).permute(3, 2, 0, 1).double().requires_grad_()
    y = F.conv2d(x, weight, stride=stride, padding=size // 2)
    shape = (n, y.shape[2], y.shape[3], k)
    dy = torch.from_numpy(stream(f"{name}/dy", y.numel()).reshape(shape))
    (y * dy.permute(0, 3, 1, 2).double()).sum().backward()
    tensors = {
        "y": y.permute(0, 2, 3, 1), "dx": x.grad.permute(0, 2, 3, 1),
        "dw": weight.grad.permute(2, 3, 1, 0),
    }
    return {
        "name": name, "batch": n, "height": h, "width": w, "inChannels": c, "outChannels": k,
        "kernel": size, "stride": stride,
        "tensors": {t: summary(f"{name}/{t}", v.contiguous()) for t, v in tensors.items()},
    }


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    file = os.path.join(here, "..", "KernelsTests", "Fixtures", "convolutions.json")
    with open(file, "w") as stream_out:
        json.dump([case(*p) for p in PROBLEMS], stream_out, separators=(",", ":"), sort_keys=True)
        stream_out.write("\n")
