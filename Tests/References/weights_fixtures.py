"""Files that PyTorch and the safetensors package wrote, for Tests/WeightsTests and NetworksTests.

Versions: torch==2.13.0, safetensors==0.8.0, numpy. Run: python Tests/References/weights_fixtures.py

Numbers are multiples of 1/8 that all element types hold exactly, made from names and places, so
that the tests know them without a list. The networks are a thirty-second of the usual width; their
logits are in `networks.json`, computed here in double precision.
"""

import json
import os
import sys
from collections import OrderedDict

import numpy as np
import safetensors.torch
import torch

sys.path.insert(0, os.path.dirname(__file__))
assert torch.__version__.startswith("2.13.0")
assert safetensors.__version__ == "0.8.0"

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILES = os.path.join(TESTS, "WeightsTests", "Fixtures")
NETWORKS = os.path.join(TESTS, "NetworksTests", "Fixtures")


def value(name, place):
    """Of the number at a place in row-major order: -8 to 7.875 in steps of 1/8."""
    return ((sum(name.encode()) * 7 + place * 37) % 128 - 64) / 8


def numbers(name, *shape, dtype=torch.float32):
    count = int(np.prod(shape))
    flat = torch.tensor([value(name, i) for i in range(count)], dtype=torch.float64)
    return flat.to(dtype).reshape(shape)


def plain():
    return OrderedDict(
        [
            ("conv1.weight", numbers("conv1.weight", 4, 3, 3, 3)),
            ("bn1.weight", numbers("bn1.weight", 4)),
            ("bn1.num_batches_tracked", torch.tensor(37)),
            ("fc.weight", numbers("fc.weight", 5, 4)),
        ]
    )


def types():
    names = "float64 float32 float16 bfloat16".split()
    tensors = OrderedDict((n, numbers(n, 3, 5, dtype=getattr(torch, n))) for n in names)
    for n in "int64 int32 int16 int8".split():
        tensors[n] = (numbers(n, 3, 5) * 8).to(getattr(torch, n))
    tensors["uint8"] = (numbers("uint8", 3, 5) * 8 + 64).to(torch.uint8)
    tensors["bool"] = numbers("bool", 3, 5) > 0
    tensors["half extremes"] = torch.tensor(
        [0.0, -0.0, 2.0**-24, -(2.0**-14), 65504.0, float("inf"), -float("inf"), 1 / 3],
        dtype=torch.float16,
    )
    tensors["empty"] = torch.zeros(0, 3)
    tensors["scalar"] = torch.tensor(2.5)
    return tensors


def views():
    """Tensors that are views: names say how, values are those of the row-major order."""
    base = numbers("base", 6, 8)
    four = numbers("four", 2, 3, 4, 5)
    shared = numbers("shared", 24)
    return {
        "transposed": base.t(),
        "sliced": base[1:5:2, 2:7],
        "channels last": four.contiguous(memory_format=torch.channels_last),
        "permuted": four.permute(3, 0, 2, 1),
        "expanded": numbers("row", 3).expand(4, 3),
        "shared a": shared[:12].reshape(3, 4),
        "shared b": shared[6:18],
    }


def save(name, value, **kwargs):
    torch.save(value, os.path.join(FILES, name), **kwargs)


def write_files():
    torch.manual_seed(0)
    os.makedirs(FILES, exist_ok=True)
    save("plain.pth", plain())
    save("types.pth", types())
    save("views.pth", views())
    # What views look like when they are written out in order.
    for name, tensor in views().items():
        listed[name] = [tensor.shape, tensor.reshape(-1).tolist()]
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    with torch.no_grad():
        for n, p in module.named_parameters():
            p.copy_(numbers(n, *p.shape))
    save("module.pth", module.state_dict())  # has _metadata
    save("parameters.pth", {n: p for n, p in module.named_parameters()})
    wrapped = {"module." + n: t for n, t in plain().items()}
    save(
        "wrapped.pth",
        {
            "epoch": 90,
            "arch": "resnet50",
            "big": 2**40,
            "negative": -5,
            "best_acc1": torch.tensor(76.13),
            "state_dict": wrapped,
            "optimizer": {"state": {0: {"momentum_buffer": torch.ones(2)}}, "param_groups": [
                {"lr": 0.1, "nesterov": False, "params": [0, 1], "betas": (0.9, 0.999), "x": None}
            ]},
        },
    )
    save("legacy.pth", plain(), _use_new_zipfile_serialization=False)
    save("whole_module.pth", torch.nn.Linear(2, 2))
    save("one_tensor.pth", torch.ones(3))
    save("no_tensors.pth", {"epoch": 3, "notes": {"a": 1}})
    save("number_among.pth", {**plain(), "epoch": 3})
    save("protocol4.pth", plain(), pickle_protocol=4)
    scripted = torch.jit.script(torch.nn.Linear(2, 2))
    scripted.save(os.path.join(FILES, "script.pt"))
    safetensors.torch.save_file(
        plain(), os.path.join(FILES, "plain.safetensors"), {"note": "“é”\n\"\\"}
    )
    safetensors.torch.save_file(types(), os.path.join(FILES, "types.safetensors"))


def write_networks():
    from networks_golden import ResNet, real, statistics, stream

    torch.set_num_threads(1)
    cases = []
    for name, blocks, bottleneck in [
        ("resnet18", [2, 2, 2, 2], False),
        ("resnet50", [3, 4, 6, 3], True),
    ]:
        model = ResNet(blocks, 2, bottleneck, False, 7)
        with torch.no_grad():
            for n, p in real(model).items():
                x = torch.from_numpy(stream("weights/" + n, p.numel())).reshape(p.shape)
                scale = (2 / (p.shape[1] * p.shape[2] * p.shape[3])) ** 0.5 if p.dim() == 4 else 0.25
                p.copy_(1 + x / 4 if n.endswith("weight") and p.dim() == 1 else x * scale)
            for n, b in statistics(model).items():
                x = torch.from_numpy(stream("weights/" + n, b.numel()))
                b.copy_(1 + x / 2 if n.endswith("var") else x / 4)
        state = OrderedDict((n, t) for n, t in model.state_dict().items() if ".shortcut" not in n)
        half = OrderedDict((n, t.half() if t.is_floating_point() else t) for n, t in state.items())
        if name == "resnet18":
            torch.save(state, os.path.join(NETWORKS, "resnet18.pth"))
        else:
            safetensors.torch.save_file(
                {"module." + n: t.contiguous() for n, t in half.items()},
                os.path.join(NETWORKS, "resnet50.safetensors"),
            )
            model.load_state_dict(half, strict=False)
        model = model.double().eval()
        x = stream("weights/x", 2 * 40 * 48 * 3).reshape(2, 40, 48, 3)
        logits = model(torch.from_numpy(x).permute(0, 3, 1, 2).double())
        cases.append({"architecture": name, "logits": logits.reshape(-1).tolist()})
    return cases


def check_export():
    """Loads what this program exported, in PyTorch, and says what logits it has there."""
    from networks_golden import ResNet, stream

    path = os.path.join(NETWORKS, "exported.safetensors")
    if not os.path.exists(path):
        return None
    state = safetensors.torch.load_file(path)
    model = ResNet([2, 2, 2, 2], 2, False, False, 4)
    wanted = [n for n in model.state_dict() if ".shortcut" not in n]
    assert sorted(state) == sorted(wanted), "torchvision's names, no more and no less"
    for n in list(state):
        # The script's own module has the shortcut under two names.
        if ".downsample." in n:
            state[n.replace("downsample", "shortcut")] = state[n]
    model.load_state_dict(state, strict=True)
    model = model.double().eval()
    x = stream("weights/x", 2 * 40 * 48 * 3).reshape(2, 40, 48, 3)
    return model(torch.from_numpy(x).permute(0, 3, 1, 2).double()).reshape(-1).tolist()


if __name__ == "__main__":
    listed = {}
    write_files()
    with open(os.path.join(FILES, "views.json"), "w") as file:
        json.dump({n: {"shape": s, "values": v} for n, (s, v) in listed.items()}, file)
    result = {"read": write_networks(), "exported": check_export()}
    with open(os.path.join(NETWORKS, "weights.json"), "w") as file:
        json.dump(result, file)
