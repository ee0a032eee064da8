"""Golden figures for the room Metrics: Tests/MetricsTests/Fixtures/golden.json.

Logits are multiples of 1/8, exact in float32 and in JSON. Figures are scikit-learn's, computed over
the images of seen classes; where scikit-learn has no figure (G-mean, ECE), numpy's.
"""
import json
import pathlib
import warnings

import numpy
import scipy.special
import scipy.stats
import sklearn
from sklearn import metrics

assert sklearn.__version__ == "1.9.1" and numpy.__version__ == "2.4.6"
warnings.filterwarnings("ignore")
MEANS = {"many": 150, "medium": 50, "few": 5}


def figures(logits, truth, classes, groups):
    """Everything that the room computes; None is undefined."""
    seen = truth < classes
    logits, truth = logits[seen], truth[seen]
    images = len(truth)
    if images == 0:
        return {"images": 0}
    # argsort is stable: equal logits keep the order of their indices.
    ranked = numpy.argsort(-logits, axis=1, kind="stable")
    guess = ranked[:, 0]
    hit5 = (ranked[:, :5] == truth[:, None]).any(axis=1)
    present = sorted(set(truth.tolist()))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, guess, labels=range(classes), zero_division=0)
    probabilities = scipy.special.softmax(logits.astype(numpy.float64), axis=1)
    confidence = probabilities.max(axis=1).astype(numpy.float32).astype(numpy.float64)
    bins = numpy.clip(numpy.ceil(confidence * 15).astype(int) - 1, 0, 14)
    ece = sum(abs((guess == truth)[bins == b].sum() - confidence[bins == b].sum())
              for b in range(15)) / images
    predicted = numpy.bincount(guess, minlength=classes)
    constant = len(present) < 2 or len(set(guess.tolist())) < 2
    confusion = metrics.confusion_matrix(truth, guess, labels=range(classes))
    specificity = [(images - support[k] - (predicted[k] - confusion[k, k])) / (images - support[k])
                   if images > support[k] else None for k in range(classes)]
    group_recalls = {}
    for group in ("many", "medium", "few"):
        values = [recall[k] for k in present if groups[k] == group]
        group_recalls[group] = float(numpy.mean(values)) if values else None
    top5 = [float(hit5[truth == k].mean()) if support[k] else None for k in range(classes)]
    return {
        "images": images,
        "accuracy": metrics.accuracy_score(truth, guess),
        "top5": metrics.top_k_accuracy_score(truth, -numpy.argsort(ranked, axis=1), k=5,
                                             labels=range(classes)) if classes > 5 else 1.0,
        "balancedAccuracy": metrics.balanced_accuracy_score(truth, guess),
        "macroTop5": float(numpy.mean([top5[k] for k in present])),
        "macroF1": metrics.f1_score(truth, guess, labels=present, average="macro",
                                     zero_division=0),
        "weightedF1": metrics.f1_score(truth, guess, average="weighted", zero_division=0),
        "gMean": float(scipy.stats.gmean([max(recall[k], 0.001) for k in present])),
        "mcc": None if constant else metrics.matthews_corrcoef(truth, guess),
        "worstRecall": min(recall[k] for k in present),
        "recallMany": group_recalls["many"],
        "recallMedium": group_recalls["medium"],
        "recallFew": group_recalls["few"],
        "ece": ece,
        "loss": metrics.log_loss(truth, probabilities, labels=range(classes))
        if classes > 1 else 0.0,
        "confusion": confusion.tolist(),
        "classes": [{
            "support": int(support[k]), "predicted": int(predicted[k]),
            "precision": precision[k] if predicted[k] else None,
            "recall": recall[k] if support[k] else None,
            "f1": f1[k] if support[k] else None,
            "top5": top5[k], "specificity": specificity[k],
        } for k in range(classes)],
    }


def case(name, logits, truth, classes, unseen, groups):
    logits = numpy.asarray(logits, dtype=numpy.float32).reshape(-1, classes)
    truth = numpy.asarray(truth, dtype=int)
    return {"name": name, "classCount": classes, "unseenCount": unseen, "groups": groups,
            "logits": logits.tolist(), "truth": truth.tolist(),
            "expected": figures(logits, truth, classes, groups)}


def drawn(seed, images, classes, unseen=0, pull=1.5, never=(), absent=()):
    """Logits around the truth; classes in `never` are never guessed, in `absent` have no image."""
    generator = numpy.random.default_rng(seed)
    shares = 0.6 ** numpy.arange(classes + unseen)
    shares[list(absent)] = 0
    truth = generator.choice(classes + unseen, size=images, p=shares / shares.sum())
    logits = generator.normal(size=(images, classes))
    inside = truth < classes
    logits[inside, truth[inside]] += pull
    logits[:, list(never)] -= 50
    return numpy.round(logits * 8) / 8, truth


def main():
    tail = ["many", "many", "medium", "medium", "few", "few", "few", "few", "few", "few"]
    cases = [
        case("ten classes of a long tail", *drawn(1, 200, 10), 10, 0, tail),
        case("absent classes", *drawn(2, 120, 10, absent=(1, 6)), 10, 0, tail),
        case("classes that are never predicted", *drawn(3, 120, 10, never=(0, 4)), 10, 0, tail),
        case("unseen classes", *drawn(4, 150, 8, unseen=2, pull=1), 8, 2, tail[:8]),
        case("no medium class", *drawn(5, 60, 7), 7, 0, ["many"] * 3 + ["few"] * 4),
        case("fewer than five classes", *drawn(6, 50, 3), 3, 0, ["many", "medium", "few"]),
        case("perfect", numpy.eye(6)[[0, 1, 2, 3, 4, 5, 0]] * 4, [0, 1, 2, 3, 4, 5, 0], 6, 0,
             ["medium"] * 6),
        case("one class only", [[0.5], [1.0]], [0, 0], 1, 0, ["many"]),
        case("all of one class", *[numpy.eye(6)[[2, 2, 1]], [2, 2, 2]], 6, 0, ["few"] * 6),
        case("all taken for one class", numpy.zeros((6, 6)), range(6), 6, 0, ["few"] * 6),
        case("ties", [[1, 1, 0, 0, 0, 0, 1], [0, 2, 2, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3, 3]],
             [6, 6, 5], 7, 0, ["many"] * 7),
        case("far apart", [[80, -80, 0, 0, 0, 0], [-80, 80, 0, 0, 0, 0]], [0, 0], 6, 0,
             ["many"] * 6),
        case("no image of a seen class", numpy.ones((2, 6)), [6, 6], 6, 1, ["many"] * 6),
    ]
    path = pathlib.Path(__file__).parent.parent / "MetricsTests/Fixtures/golden.json"
    path.write_text(json.dumps(cases, indent=None, separators=(",", ":"),
                               default=float) + "\n")


main()
