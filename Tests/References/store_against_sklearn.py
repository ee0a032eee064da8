"""Recomputes a store's test metrics from its stored predictions with scikit-learn and compares.

    python3 Tests/References/store_against_sklearn.py results.sqlite

Needs scikit-learn==1.9.1 and a sweep with `store_predictions: true`. Prints the worst difference of
every metric over all runs; exit status 1 where one exceeds 1e-9.
"""

import math
import sqlite3
import sys
from collections import defaultdict

from sklearn import metrics

TOLERANCE = 1e-9


def main(path):
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    store.row_factory = sqlite3.Row
    worst = defaultdict(float)
    runs = store.execute("SELECT * FROM run WHERE status = 'done' ORDER BY id").fetchall()
    compared = 0
    for run in runs:
        rows = store.execute("SELECT * FROM prediction WHERE run_id = ?", (run["id"],)).fetchall()
        if not rows:
            continue
        compared += 1
        classes = {
            row["class_index"]: row
            for row in store.execute(
                "SELECT * FROM class WHERE dataset_id = ?", (run["dataset_id"],)
            )
        }
        seen = [index for index, row in classes.items() if row["shot"] != "unseen"]
        rows = [row for row in rows if row["true_class"] in set(seen)]
        truth = [row["true_class"] for row in rows]
        guess = [row["class_1"] for row in rows]
        compare_classes(store, run, rows, truth, guess, seen, worst)
        compare_headline(run, classes, rows, truth, guess, worst)
    print(f"{compared} runs with predictions of {len(runs)} done")
    if compared == 0:
        sys.exit("nothing to compare: no stored predictions")
    for name in sorted(worst):
        print(f"  {name:20} worst difference {worst[name]:.3g}")
    sys.exit(1 if max(worst.values()) > TOLERANCE else 0)


def note(worst, name, ours, theirs):
    if ours is None or theirs is None:
        assert ours is None and theirs is None, f"{name}: ours {ours}, scikit-learn {theirs}"
        return
    worst[name] = max(worst[name], abs(ours - theirs))


def compare_classes(store, run, rows, truth, guess, seen, worst):
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, guess, labels=seen, zero_division=math.nan
    )
    stored = {
        row["class_index"]: row
        for row in store.execute(
            "SELECT * FROM class_metric WHERE run_id = ? AND split = 'test'", (run["id"],)
        )
    }
    for position, index in enumerate(seen):
        ours = stored[index]
        assert ours["support"] == support[position]
        has_support = support[position] > 0
        predicted = guess.count(index)
        note(worst, "class precision", ours["precision"], precision[position] if predicted else None)
        note(worst, "class recall", ours["recall"], recall[position] if has_support else None)
        note(worst, "class f1", ours["f1"], f1[position] if has_support else None)
        hits = [
            any(row[f"class_{k}"] == index for k in range(1, 6))
            for row in rows
            if row["true_class"] == index
        ]
        note(worst, "class top5", ours["top5"], sum(hits) / len(hits) if hits else None)


def compare_headline(run, classes, rows, truth, guess, worst):
    present = sorted(set(truth))
    recall = metrics.recall_score(truth, guess, labels=present, average=None, zero_division=0)
    note(worst, "accuracy", run["accuracy"], metrics.accuracy_score(truth, guess))
    note(worst, "balanced_accuracy", run["balanced_accuracy"],
         metrics.balanced_accuracy_score(truth, guess))
    note(worst, "macro_f1", run["macro_f1"],
         metrics.f1_score(truth, guess, labels=present, average="macro", zero_division=0))
    note(worst, "weighted_f1", run["weighted_f1"],
         metrics.f1_score(truth, guess, labels=present, average="weighted", zero_division=0))
    note(worst, "mcc", run["mcc"], metrics.matthews_corrcoef(truth, guess))
    note(worst, "worst_recall", run["worst_recall"], min(recall))
    log_mean = sum(math.log(max(value, 0.001)) for value in recall) / len(recall)
    note(worst, "g_mean", run["g_mean"], math.exp(log_mean))
    for group in ("many", "medium", "few"):
        values = [r for r, index in zip(recall, present) if classes[index]["shot"] == group]
        note(worst, f"recall_{group}", run[f"recall_{group}"],
             sum(values) / len(values) if values else None)
    hits = [any(row[f"class_{k}"] == row["true_class"] for k in range(1, 6)) for row in rows]
    note(worst, "top5", run["top5"], sum(hits) / len(hits))
    note(worst, "ece", run["ece"], expected_calibration_error(rows))


def expected_calibration_error(rows, bins=15):
    """Guo et al. 2017; bins (k/15, (k+1)/15], confidences as stored."""
    members = defaultdict(list)
    for row in rows:
        confidence = row["p_1"]
        members[max(0, math.ceil(confidence * bins) - 1)].append(
            (confidence, row["class_1"] == row["true_class"])
        )
    total = 0.0
    for group in members.values():
        confidence = sum(c for c, _ in group) / len(group)
        accuracy = sum(hit for _, hit in group) / len(group)
        total += len(group) / len(rows) * abs(accuracy - confidence)
    return total


if __name__ == "__main__":
    main(sys.argv[1])
