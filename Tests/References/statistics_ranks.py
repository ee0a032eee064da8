"""Golden numbers for ranks over data sets, effect sizes and practical equivalence: Tests/StatisticsTests/Fixtures/ranks.json.

Studentized range by SciPy 1.17.1, Nemenyi by scikit-posthocs 0.17.1, Holm by statsmodels 0.15.0, the Bayesian
signed-rank test by baycomp 1.0.3 with 200,000 draws.
"""
import importlib.metadata
import json
import pathlib

import baycomp
import numpy
import scikit_posthocs
import scipy
import statsmodels
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

VERSIONS = {"scipy": scipy.__version__, "scikit-posthocs": scikit_posthocs.__version__,
            "statsmodels": statsmodels.__version__, "baycomp": importlib.metadata.version("baycomp")}


def ranked(values):
    """One row a data set; the larger the value the better, so that rank 1 is the best."""
    values = numpy.array(values)
    blocks, count = values.shape
    ranks = stats.rankdata(-values, axis=1).mean(axis=0)
    nemenyi = scikit_posthocs.posthoc_nemenyi_friedman(-values).to_numpy()
    error = (count * (count + 1) / (6 * blocks)) ** 0.5
    raw = 2 * stats.norm.sf(abs(ranks[1:] - ranks[0]) / error)
    friedman = stats.friedmanchisquare(*(-values).T)
    return {
        "values": values.tolist(), "ranks": ranks.tolist(), "nemenyi": nemenyi.tolist(),
        "holm": multipletests(raw, method="holm")[1].tolist(),
        "statistic": float(friedman.statistic), "p": float(friedman.pvalue),
        "critical": float(stats.studentized_range.ppf(0.95, count, numpy.inf) / 2 ** 0.5 * error)}


def signed_rank(differences, rope):
    """baycomp's left is where its first argument is better, so where the difference is below zero."""
    values = numpy.array(differences)
    found = baycomp.SignedRankTest.probs(
        numpy.zeros(len(values)), values, rope=rope, nsamples=200_000, random_state=1)
    lower, within, higher = found if rope > 0 else (found[0], 0.0, found[1])
    return {"differences": values.tolist(), "rope": rope, "lower": float(lower), "within": float(within),
            "higher": float(higher)}


def main():
    generator = numpy.random.default_rng(7)
    golden = {
        "versions": VERSIONS,
        "range": [
            {"q": q, "k": k, "tail": float(stats.studentized_range.sf(q, k, numpy.inf))}
            for k in (2, 3, 5, 10, 30) for q in (0.1, 1.0, 2.5, 3.5, 5.0, 7.0)],
        "quantiles": [
            {"k": k, "q": float(stats.studentized_range.ppf(0.95, k, numpy.inf))} for k in (2, 3, 5, 10, 30)],
        "ranked": [
            ranked(generator.normal(0, 1, size=(12, 5)) + numpy.arange(5) * 0.8),
            ranked(generator.integers(0, 5, size=(8, 4)).astype(float)),
            ranked(generator.normal(0, 1, size=(30, 12)) + numpy.arange(12) * 0.1),
            ranked(generator.normal(0, 1, size=(2, 3)))],
        "hedges": [
            {"degrees": m, "factor": float(numpy.exp(special.gammaln(m / 2) - special.gammaln((m - 1) / 2))
                                           / (m / 2) ** 0.5)} for m in (2, 3, 5, 10, 50)],
        "practical": [
            {"mean": mean, "error": error, "degrees": df, "rope": rope,
             "lower": float(stats.t.cdf((-rope - mean) / error, df)),
             "higher": float(stats.t.sf((rope - mean) / error, df))}
            for mean, error, df in ((0.02, 0.01, 4), (-0.05, 0.02, 1.7), (0.001, 0.0005, 30), (0, 0.01, 9))
            for rope in (0, 0.005, 0.03)],
        "signedRank": [
            signed_rank(differences, rope)
            for differences in (
                [0.02, 0.01, -0.005, 0.03, 0.012, 0.004, -0.002, 0.018], [0.001, -0.002, 0.003, 0.0],
                [-0.03, -0.01, -0.02], [0.05], numpy.random.default_rng(3).normal(0.004, 0.01, 20).round(4))
            for rope in (0, 0.005, 0.01)]}
    place = pathlib.Path(__file__).resolve().parent.parent / "StatisticsTests" / "Fixtures" / "ranks.json"
    place.write_text(json.dumps(golden, indent=1) + "\n")
    print(VERSIONS)


if __name__ == "__main__":
    main()
