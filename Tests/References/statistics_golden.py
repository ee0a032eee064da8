"""Golden numbers for the room Statistics: Tests/StatisticsTests/Fixtures/golden.json, by SciPy."""
import json
import pathlib

import numpy
import scipy
from scipy import special, stats

assert scipy.__version__ == "1.17.1" and numpy.__version__ == "2.4.6"


def wilcoxon(name, differences):
    """SciPy's exact mode ignores ties; all sign patterns (a permutation test) do not."""
    kept = [d for d in differences if d != 0]
    if len(set(map(abs, kept))) == len(kept) and len(kept) <= 50:
        p = stats.wilcoxon(kept, method="exact").pvalue
    elif len(kept) <= 14:
        p = stats.wilcoxon(kept, method=stats.PermutationMethod(n_resamples=2 ** 20)).pvalue
    else:
        p = stats.wilcoxon(kept, method="approx", correction=False).pvalue
    ranks = stats.rankdata(numpy.abs(kept))
    return {"name": name, "differences": differences, "p": float(p), "pairs": len(kept),
            "positive": float(ranks[numpy.array(kept) > 0].sum())}


def eighths(seed, count, shift, step):
    """Distinct sizes (step 1) or many ties (step > 1), as exact binary fractions."""
    generator = numpy.random.default_rng(seed)
    sizes = (generator.permutation(count) + 1) // step + 1
    signs = numpy.where(generator.random(count) < shift, 1, -1)
    return [float(s * v) / 8 for s, v in zip(signs, sizes)]


def friedman(blocks):
    result = stats.friedmanchisquare(*numpy.array(blocks).T)
    return {"blocks": blocks, "statistic": float(result.statistic), "p": float(result.pvalue)}


def holm(p):
    order = numpy.argsort(p, kind="stable")
    steps = numpy.maximum.accumulate([(len(p) - i) * p[k] for i, k in enumerate(order)])
    adjusted = numpy.empty(len(p))
    adjusted[order] = numpy.minimum(1, steps)
    return {"p": p, "adjusted": adjusted.tolist()}


def corrected(differences, test, train):
    """Nadeau and Bengio (2003), by hand from their formula with SciPy's t distribution."""
    n = len(differences)
    factor = 1 / n + test / train
    error = numpy.sqrt(factor * numpy.var(differences, ddof=1))
    t = numpy.mean(differences) / error
    reach = stats.t.ppf(0.975, n - 1) * error
    return {"differences": differences, "testShare": test / train, "factor": factor,
            "error": float(error), "statistic": float(t), "p": float(2 * stats.t.sf(abs(t), n - 1)),
            "low": float(numpy.mean(differences) - reach),
            "high": float(numpy.mean(differences) + reach)}


def main():
    generator = numpy.random.default_rng(7)
    golden = {
        "wilcoxon": [
            wilcoxon("five seeds, all better", [0.5, 0.25, 0.125, 0.375, 0.0625]),
            wilcoxon("six seeds, all worse", [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]),
            wilcoxon("one pair", [0.5]),
            wilcoxon("balanced", [1.0, -2.0, 3.0, -4.0, 5.0, -5.5]),
            wilcoxon("ties", [1.0, 1.0, -1.0, 2.0, 2.0, 2.0, -3.0, 4.0]),
            wilcoxon("ties and zeros", [0.0, 1.0, 1.0, 0.0, -1.0, 2.0, 3.0, 3.0]),
            wilcoxon("all tied", [1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0]),
            wilcoxon("25 distinct", eighths(1, 25, 0.8, 1)),
            wilcoxon("50 distinct", eighths(2, 50, 0.65, 1)),
            wilcoxon("14 with ties", eighths(3, 14, 0.7, 3)),
            wilcoxon("150 with ties", eighths(4, 150, 0.6, 5)),
        ],
        "mcnemar": [{"first": b, "second": c,
                     "p": float(stats.binomtest(min(b, c), b + c, 0.5).pvalue) if b + c else 1.0}
                    for b, c in [(0, 0), (1, 0), (3, 3), (5, 15), (0, 12), (40, 61), (800, 700),
                                 (6000, 6100), (0, 2000)]],
        "friedman": [
            friedman(generator.integers(0, 1000, size=(8, 5)).astype(float).tolist()),
            friedman(generator.integers(0, 4, size=(12, 4)).astype(float).tolist()),
            friedman((generator.integers(0, 9, size=(20, 6)) + numpy.arange(6) * 3.0).tolist()),
            friedman([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]),
        ],
        "correctedT": [
            corrected([0.02, 0.015, 0.03, -0.005, 0.011], 200, 800),
            corrected([0.04, 0.05, 0.045, 0.06, 0.052, 0.048, 0.05, 0.041, 0.058, 0.049], 1, 9),
            corrected([-0.3, 0.1], 50, 50),
            corrected([-0.02, -0.04, -0.03], 333, 600),
            corrected(generator.normal(0.01, 0.02, 100).tolist(), 10, 90),
        ],
        "studentT": [[t, v, float(stats.t.cdf(t, v))]
                     for v in (1, 2, 4, 9, 29, 99.5, 1e4) for t in (-40.0, -2.5, -0.3, 0.0, 1.0, 3.0)],
        "studentTQuantile": [[s, v, float(stats.t.ppf(s, v))]
                             for v in (1, 2, 4, 9, 29, 1e4) for s in (1e-6, 0.025, 0.3, 0.975)],
        "incompleteBeta": [[x, a, b, float(special.betainc(a, b, x))]
                           for a in (0.5, 2.0, 30.0) for b in (0.5, 1.5, 8.0)
                           for x in (0.0, 1e-6, 0.2, 0.5, 0.9, 1.0)],
        "holm": [holm([0.01, 0.04, 0.03, 0.005]), holm([0.5, 0.4, 0.9]), holm([0.01, 0.01]),
                 holm([0.2]), holm([])],
        "upperGamma": [[a, x, float(special.gammaincc(a, x))]
                       for a in (0.5, 1.0, 2.5, 7.0, 40.0) for x in (0.0, 0.01, 1.0, 5.0, 40.0, 200.0)],
        "logGamma": [[x, float(special.gammaln(x))] for x in (0.1, 0.5, 1.0, 2.0, 3.7, 12.0, 1e4)],
        "normal": [[x, float(special.ndtr(x))] for x in (-30.0, -8.0, -1.96, 0.0, 0.5, 3.0, 9.0)],
        "normalQuantile": [[p, float(special.ndtri(p))]
                           for p in (1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.84, 0.975, 0.999)],
        "quantiles": [{"values": v, "share": s, "value": float(numpy.quantile(v, s))}
                      for v in ([3.0], [1.0, 2.0], [5.0, 1.0, 4.0, 2.5])
                      for s in (0.0, 0.025, 0.5, 0.9, 1.0)],
    }
    path = pathlib.Path(__file__).parent.parent / "StatisticsTests/Fixtures/golden.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
