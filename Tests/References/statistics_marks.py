"""Golden numbers for moderated variances and false discovery rates, by SciPy and by limma:
Tests/StatisticsTests/Fixtures/marks.json.

    apt-get install r-bioc-limma
    python3 statistics_marks.py        # with SciPy 1.17.1 and NumPy

limma (Smyth 2004) gives the prior's degrees of freedom and its own s0²; the room takes the mean of all
variances where that is larger, and leaves zeros out of the logarithms as the call here does.
"""
import json
import pathlib
import subprocess

import numpy
import scipy
from scipy import optimize, special, stats

assert scipy.__version__ == "1.17.1"

R = """
suppressMessages(library(limma))
stopifnot(packageVersion("limma") == "3.54.1")
lines <- readLines(file("stdin"))
x <- scan(text = lines[1], quiet = TRUE)
df <- scan(text = lines[2], quiet = TRUE)
f <- fitFDist(x, df)
cat(sprintf("%.17g %.17g\\n", f$df2, f$scale))
"""


def limma(variances, degrees):
    text = " ".join(map(repr, variances)) + "\n" + " ".join(map(repr, degrees)) + "\n"
    out = subprocess.run(["Rscript", "-e", R], input=text, capture_output=True, text=True, check=True)
    df, scale = out.stdout.split()
    return (None if df == "Inf" else float(df)), float(scale)


def prior(seed, count, df, d0):
    generator = numpy.random.default_rng(seed)
    true = 0.002 * d0 / generator.chisquare(d0, count) if d0 else numpy.full(count, 0.002)
    variances = (true * generator.chisquare(df, count) / df).tolist()
    degrees = [float(df)] * count
    if seed == 4:  # unequal numbers of seeds
        degrees = [float(1 + k % 4) for k in range(count)]
    found, scale = limma(variances, degrees)
    weights = numpy.array(degrees)
    mean = float((numpy.array(variances) * weights).sum() / weights.sum())
    return {"variances": variances, "degrees": degrees, "prior": found, "scale": scale, "mean": mean}


def trend(seed, phi, tau):
    """Non-negative least squares, weighted with the inverse square of the expectation."""
    generator = numpy.random.default_rng(seed)
    share = generator.uniform(0.1, 0.95, 60)
    images = generator.integers(5, 400, 60).astype(float)
    terms = numpy.stack([2 * share * (1 - share) / images, 2 * (share * (1 - share)) ** 2], 1)
    variance = terms @ [phi, tau] * generator.chisquare(4, 60) / 4
    fit = numpy.array([1.0, 0.0])
    for _ in range(200):
        weight = 1 / (terms @ fit)
        fit, _ = optimize.nnls(terms * weight[:, None], variance * weight)
    return {"share": share.tolist(), "images": images.tolist(), "variance": variance.tolist(),
            "phi": float(fit[0]), "tau": float(fit[1])}


def blocks(seed, treatments, seeds, missing):
    """The rest of a two-way layout without interaction, by least squares on dummy columns."""
    generator = numpy.random.default_rng(seed)
    values = (generator.normal(0, 1, (treatments, 1)) + generator.normal(0, 2, (1, seeds))
              + generator.normal(0, 0.3, (treatments, seeds)))
    table = [[float(v) for v in row] for row in values]
    for row, column in missing:
        table[row][column] = None
    cells = [(r, c) for r in range(treatments) for c in range(seeds) if table[r][c] is not None]
    design = numpy.zeros((len(cells), treatments + seeds))
    for k, (r, c) in enumerate(cells):
        design[k, r] = design[k, treatments + c] = 1
    y = numpy.array([table[r][c] for r, c in cells])
    fit, _, rank, _ = numpy.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ fit
    squares = [float(sum(e * e for e, (r, _) in zip(rest, cells) if r == t)) for t in range(treatments)]
    return {"values": table, "squares": squares, "degrees": int(len(cells) - rank),
            "mean": float((rest ** 2).sum() / (len(cells) - rank))}


def main():
    p = numpy.random.default_rng(5).uniform(0, 1, 30) ** 3
    golden = {
        "polygamma": [[x, float(special.digamma(x)), float(special.polygamma(1, x))]
                      for x in (0.01, 0.5, 1.0, 2.5, 9.9, 10.0, 33.0, 1e5)],
        "priors": [prior(1, 300, 1, 2), prior(2, 200, 2, 3), prior(3, 30, 4, 0), prior(4, 300, 2, 2)],
        "discoveries": [{"p": v, "adjusted": stats.false_discovery_control(v).tolist()}
                        for v in (p.tolist(), [0.01, 0.02, 0.02, 0.9], [0.5])],
        "trends": [trend(1, 3.0, 0.02), trend(2, 1.0, 0.0), trend(3, 0.0, 0.3), trend(4, 0.7, 0.02)],
        "blocks": [blocks(1, 4, 3, []), blocks(2, 6, 5, [(0, 1), (3, 4), (5, 0), (5, 1)]),
                   blocks(3, 2, 2, [])],
        "sidak": [[0.05, m, 1 - (1 - 0.05) ** (1 / m), 1 - (1 - 0.003) ** m] for m in (1, 4, 30)],
    }
    path = pathlib.Path(__file__).parent.parent / "StatisticsTests/Fixtures/marks.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
