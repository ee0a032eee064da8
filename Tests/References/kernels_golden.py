"""Golden numbers in Tests/KernelsTests/SmallKernelTests.swift. Versions: torch==2.13.0.

Run: python Tests/References/kernels_golden.py
"""

import torch

rules = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: torch.optim.SGD(
        p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True
    ),
    "adamW": lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.1),
}
for name, make in rules.items():
    w = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([w])
    for g in [[0.5, -1.0, 0.25], [-0.25, 0.5, 1.0]]:
        w.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
    print(f"    static let {name} = {w.tolist()}")
