"""What class weights give a class, batch by batch, against what they promise.

Pinned: numpy 2.4.6, scipy 1.17.1. Run from the package's root:

    python Tests/References/strategies_realised.py

prints the numbers that Tests/TrainingTests/MassLedgerTests.swift and StrategyTrainingTests.swift
hold. Two classes of 80 and 20 images, weights 1 and 4, batches cut from shuffles: the rare images of
a batch of b are hypergeometric, and the batch gives them 4k / (4k + b - k) of its weight.
"""

import numpy as np
from scipy.stats import hypergeom


def exact(batch, counts=(80, 20), weights=(1, 4)):
    k = np.arange(batch + 1)
    share = weights[1] * k / (weights[1] * k + weights[0] * (batch - k))
    return float(hypergeom(sum(counts), counts[1], batch).pmf(k) @ share)


def simulated(batch, epochs=20000, seed=0):
    generator = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [80, 20])
    total, batches = 0.0, 0
    for _ in range(epochs):
        order = generator.permutation(labels)[: 100 // batch * batch].reshape(-1, batch)
        k = order.sum(axis=1)
        total += (4 * k / (4 * k + batch - k)).sum()
        batches += len(order)
    return total / batches


for batch in (10, 4):
    print(batch, exact(batch), simulated(batch))
# 1 % against 99 %, batches of 10: most hold no rare image.
print(exact(10, counts=(990, 10), weights=(1, 99)))
