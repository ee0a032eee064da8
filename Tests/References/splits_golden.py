"""Made-up data sets of groups for Tests/DatasetsTests/Fixtures/groups.json, with how well
scikit-learn divides them: StratifiedGroupKFold is the yardstick for ours, not the right answer."""
import json
import pathlib

import numpy
import sklearn
from sklearn.model_selection import StratifiedGroupKFold

SKLEARN = "1.9.1"
assert sklearn.__version__ == SKLEARN, sklearn.__version__


def deviation(labels, tests):
    """Largest and root mean square over classes and folds of |share in fold - 1/k|."""
    off = []
    for label in sorted(set(labels)):
        own = numpy.array(labels) == label
        for test in tests:
            off.append(own[test].sum() / own.sum() - 1 / len(tests))
    off = numpy.array(off)
    return {"largest": float(numpy.abs(off).max()), "rms": float(numpy.sqrt((off ** 2).mean()))}


def case(name, labels, groups, folds):
    best = None
    # Its shuffle is a draw: the best of twenty is a harder yardstick than the first.
    for seed in range(20):
        cut = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        tests = [test for _, test in cut.split(labels, labels, groups)]
        found = deviation(labels, tests)
        if best is None or found["rms"] < best["rms"]:
            best = found
    return {"name": name, "labels": labels, "groups": groups, "folds": folds, **best}


def patients(seed, count, classes, tail):
    """Patients with one main class and a few images of others; classes have a long tail."""
    generator = numpy.random.default_rng(seed)
    share = tail ** (-numpy.arange(classes) / (classes - 1))
    share /= share.sum()
    labels, groups = [], []
    for patient in range(count):
        main = generator.choice(classes, p=share)
        for _ in range(1 + generator.poisson(6)):
            label = main if generator.random() < 0.8 else generator.choice(classes, p=share)
            labels.append(f"class {label}")
            groups.append(f"p{patient}")
    return labels, groups


def main():
    cases = [
        case("one class a patient", *single(), 5),
        case("mixed patients, long tail", *patients(1, 150, 6, 20), 5),
        case("many small groups", *patients(2, 600, 10, 50), 4),
        case("few large groups", *patients(3, 24, 3, 4), 3),
    ]
    path = pathlib.Path(__file__).parent.parent / "DatasetsTests/Fixtures/groups.json"
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


def single():
    labels, groups = [], []
    for patient in range(60):
        for _ in range(3 + patient % 7):
            labels.append("abc"[patient % 3 if patient < 40 else 0])
            groups.append(f"p{patient}")
    return labels, groups


main()
