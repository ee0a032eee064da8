"""A reliability diagram by NumPy: Tests/ResultsSQLiteTests/Fixtures/reliability.json."""
import json
import pathlib

import numpy

assert numpy.__version__ == "2.4.6"

BINS = 15
generator = numpy.random.default_rng(7)
groups = ["many", "few", "medium"]  # of classes 0, 1, 2
truth = generator.choice(3, 400, p=[0.6, 0.15, 0.25])
guess = numpy.where(generator.random(400) < 0.7, truth, generator.choice(3, 400))
# In 1/10000, as stores keep it; some lie exactly on the bound of a bin (2/15 has none in 1/10000, 0.2 has).
confidence = generator.integers(3400, 10001, 400)
confidence[:6] = [10000, 2000, 2001, 4000, 6000, 8000]

result = {}
for index, group in enumerate(groups):
    mine = truth == index
    p = confidence[mine] / 1e4
    right = guess[mine] == index
    # Bin m of M holds ((m-1)/M, m/M]: bounds in exact integers.
    place = -(-confidence[mine].astype(int) * BINS // 10000) - 1
    error, bins = 0.0, []
    for number in range(BINS):
        members = place == number
        bins.append([int(members.sum()), int(right[members].sum()), float(p[members].sum())])
        if members.any():
            error += members.mean() * abs(right[members].mean() - p[members].mean())
    result[group] = {"images": int(mine.sum()), "ece": float(error), "bins": bins}
path = pathlib.Path(__file__).parent.parent / "ResultsSQLiteTests/Fixtures/reliability.json"
path.write_text(json.dumps({
    "truth": truth.tolist(), "guess": guess.tolist(), "confidence": confidence.tolist(),
    "groups": result}) + "\n")
