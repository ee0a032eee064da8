"""Golden numbers for clustering and intervals: Tests/StatisticsTests/Fixtures/linkage.json, by SciPy."""
import json
import pathlib

import numpy
import scipy
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from scipy.stats import binomtest

assert scipy.__version__ == "1.17.1" and numpy.__version__ == "2.4.6"


def case(name, distances):
    """The rows of SciPy's linkage, and its leaves from left to right."""
    rows = linkage(squareform(distances, checks=True), method="average")
    return {"name": name, "distances": [[float(d) for d in row] for row in distances],
            "merges": [[int(a), int(b), float(d), int(n)] for a, b, d, n in rows],
            "leaves": [int(leaf) for leaf in leaves_list(rows)]}


def confusions(classes, seed):
    """Distances as those of confusion maps: 1 minus the mean share of two classes; most are exactly 1."""
    generator = numpy.random.default_rng(seed)
    shares = numpy.zeros((classes, classes))
    for row in range(classes):
        others = generator.choice(classes, 3, replace=False)
        shares[row, others] = generator.integers(1, 9, 3) / 40
    alike = (shares + shares.T) / 2
    distances = 1 - alike
    numpy.fill_diagonal(distances, 0)
    return distances


def plane(points, seed):
    """Distances of points in a plane: no two are equal."""
    places = numpy.random.default_rng(seed).random((points, 2))
    return numpy.sqrt(((places[:, None] - places[None]) ** 2).sum(2))


cases = [case("two", plane(2, 1)), case("plane", plane(12, 2)), case("plane 40", plane(40, 3)),
         case("confusions", confusions(9, 4)), case("confusions 39", confusions(39, 5)),
         case("all alike", numpy.ones((5, 5)) - numpy.eye(5))]
wilson = []
for hits, trials in [(0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (97, 100), (1, 1000), (500, 1000)]:
    interval = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    wilson.append([hits, trials, float(interval.low), float(interval.high)])
path = pathlib.Path(__file__).parent.parent / "StatisticsTests/Fixtures/linkage.json"
path.write_text(json.dumps({"cases": cases, "wilson": wilson}) + "\n")
