"""The whole way of weights at full size: PyTorch -> poise sweep -> poise export -> PyTorch.

Versions: torch==2.13.0, safetensors==0.8.0, pillow, numpy.
Run: python Tests/References/weights_proof.py .build/release/poise

A ResNet-50 with 1000 classes is saved by torch.save; an experiment of two classes starts from it and
trains a few steps on made-up pictures; the run is exported, loaded strictly in PyTorch, and both
sides classify the same new pictures. Exit code 1 where the logits differ by more than 1e-4.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import safetensors
import safetensors.torch
import torch
from PIL import Image

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from networks_golden import ResNet  # noqa: E402

SIZE = 64
EXPERIMENT = f"""
name: proof
dataset: {{format: folder, root: data}}
image: {{size: {SIZE}}}
model: {{architecture: resnet50, weights: resnet50.pth}}
training: {{images: 32, batch: 8, optimizer: {{learning_rate: 0.001}}}}
strategies: {{baseline: {{}}}}
"""


def own_names(state):
    """Without the second name that the script's module has for its shortcuts."""
    return {n: t for n, t in state.items() if ".shortcut" not in n}


def picture(generator, label):
    pixels = generator.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    pixels[..., label] //= 3
    return pixels


def run(*arguments):
    start = time.time()
    result = subprocess.run(arguments, capture_output=True, text=True)
    print(f"{time.time() - start:6.1f} s  {' '.join(arguments[1:])}", flush=True)
    if result.returncode != 0:
        sys.exit(f"exit code {result.returncode}: {result.stderr}")
    return result.stdout


def main(poise):
    generator = np.random.default_rng(1)
    torch.manual_seed(1)
    for label, name in enumerate(["less red", "less green"]):
        os.makedirs(f"data/{name}")
        for index in range(20):
            Image.fromarray(picture(generator, label)).save(f"data/{name}/{index}.png")
    model = ResNet([3, 4, 6, 3], 64, True, False, 1000)
    torch.save(own_names(model.state_dict()), "resnet50.pth")
    print(f"{os.path.getsize('resnet50.pth') / 1e6:.0f} MB in resnet50.pth")
    with open("proof.yaml", "w") as file:
        file.write(EXPERIMENT)
    run(poise, "check", "proof.yaml")
    run(poise, "sweep", "proof.yaml")
    run(poise, "export", "1", "weights.safetensors")
    paths = []
    for index in range(5):
        paths.append(f"new{index}.png")
        Image.fromarray(picture(generator, index % 2)).save(paths[-1])
    said = json.loads(run(poise, "predict", "1", *paths, "--json"))

    state = safetensors.torch.load_file("weights.safetensors")
    with safetensors.safe_open("weights.safetensors", "pt") as file:
        facts = file.metadata()
    assert json.loads(facts["classes"]) == said["classes"] == ["less green", "less red"]
    mean, deviation = (torch.tensor(json.loads(facts[k])) for k in ("mean", "standard_deviation"))
    model = ResNet([3, 4, 6, 3], 64, True, False, 2)
    assert sorted(own_names(model.state_dict())) == sorted(state), "torchvision's names"
    state |= {n.replace("downsample", "shortcut"): t for n, t in state.items() if "downsample" in n}
    model.load_state_dict(state, strict=True)
    model.eval()
    images = torch.stack([torch.from_numpy(np.array(Image.open(p))) for p in paths])
    x = (images.float() / 255 - mean) / deviation
    with torch.no_grad():
        theirs = model(x.permute(0, 3, 1, 2))
    ours = torch.tensor([image["logits"] for image in said["images"]])
    error = float((ours - theirs).norm() / theirs.norm())
    print("logits, ours:", ours.tolist())
    print("logits, PyTorch's:", theirs.tolist())
    print(f"relative error {error:.1e}")
    return 0 if error < 1e-4 else 1


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sys.exit(main(program))
