"""Golden numbers of the cosine classifier, from PyTorch's autograd in double precision.

Pinned: torch 2.13.0. Deterministic. Run from the package's root:

    python Tests/References/networks_cosine.py

writes Tests/NetworksTests/Fixtures/cosine.json.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(12)
x = torch.randn(4, 9, generator=generator).double()
x[3] *= 1e-3
w = (torch.randn(5, 9, generator=generator) * 2).double()
dy = torch.randn(4, 5, generator=generator).double()
x.requires_grad_(True)
w.requires_grad_(True)
y = 30 * F.linear(F.normalize(x), F.normalize(w))
y.backward(dy)
golden = {
    key: value.detach().flatten().tolist()
    for key, value in [("x", x), ("w", w), ("dy", dy), ("y", y), ("dx", x.grad), ("dw", w.grad)]
}
path = pathlib.Path(__file__).parent.parent / "NetworksTests" / "Fixtures" / "cosine.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes, torch", torch.__version__)
