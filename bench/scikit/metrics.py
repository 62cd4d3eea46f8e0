"""Writes test/evaluate/fixtures/scikit-learn.json: metrics, curves and selection by a model.

Run from the root of the repository with a Python that has scikit-learn:
    python bench/scikit/metrics.py > test/evaluate/fixtures/scikit-learn.json
    biome format --write test/evaluate/fixtures
"""

import json
import sys

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.tree import DecisionTreeClassifier

random = np.random.default_rng(19)


def plain(values, digits=12):
    return np.round(np.asarray(values, dtype=float), digits).ravel().tolist()


def two_classes():
    """Scores with ties, two thirds harmless."""
    scores = np.round(random.beta(1, 2, 150), 2)
    truth = (random.uniform(size=150) < 0.1 + 0.7 * scores).astype(int)
    told = (scores >= 0.4).astype(int)
    fpr, tpr, roc_at = metrics.roc_curve(truth, scores, drop_intermediate=False)
    precision, recall, pr_at = metrics.precision_recall_curve(truth, scores)
    # Off the edges of the bins, where the two put a score on different sides.
    inside = np.round(0.99 * scores + 0.0047, 6)
    shares, means = calibration_curve(truth, inside, n_bins=10)
    return {
        "scores": scores.tolist(),
        "truth": truth.tolist(),
        "threshold": 0.4,
        "figures": {
            "precision": metrics.precision_score(truth, told),
            "recall": metrics.recall_score(truth, told),
            "f1": metrics.f1_score(truth, told),
            "balancedAccuracy": metrics.balanced_accuracy_score(truth, told),
            "averagePrecision": metrics.average_precision_score(truth, scores),
            "rocAuc": metrics.roc_auc_score(truth, scores),
            "prAucTrapezoid": metrics.auc(recall, precision),
            "brier": metrics.brier_score_loss(truth, scores),
            "logLoss": metrics.log_loss(truth, np.clip(scores, 2.0**-24, 1 - 2.0**-24)),
        },
        "roc": {"x": plain(fpr), "y": plain(tpr), "at": plain(roc_at[1:])},
        "pr": {"x": plain(recall), "y": plain(precision), "at": plain(pr_at)},
        "calibration": {"scores": inside.tolist(), "shares": plain(shares), "means": plain(means)},
    }


def many_classes():
    """Four classes of which the last is rare, and one that is told but never true."""
    truth = random.choice(4, 160, p=[0.5, 0.3, 0.15, 0.05])
    raw = random.gamma(1, size=(160, 5))
    raw[np.arange(160), truth] += random.gamma(2, size=160)
    shares = np.round(raw / raw.sum(axis=1, keepdims=True), 4)
    shares[:, 4] = np.round(1 - shares[:, :4].sum(axis=1), 4)
    told = shares.argmax(axis=1)
    return {
        "truth": truth.tolist(),
        "shares": plain(shares, 4),
        "figures": {
            "accuracy": metrics.accuracy_score(truth, told),
            "balancedAccuracy": metrics.recall_score(
                truth, told, average="macro", labels=range(4), zero_division=0
            ),
            "macroF1": metrics.f1_score(truth, told, average="macro", zero_division=0),
            "logLoss": metrics.log_loss(truth, shares, labels=range(5)),
        },
        "confusion": metrics.confusion_matrix(truth, told, labels=range(5)).ravel().tolist(),
    }


def selection():
    """Columns of falling worth; only data on which the order of the columns changes nothing."""
    while True:
        x = np.round(random.normal(size=(200, 7)), 3)
        z = x @ [2, 1.5, 1, 0.5, 0.2, 0, 0] + x[:, 0] * x[:, 1] + 0.3 * random.normal(size=200)
        y = (z > np.median(z)).astype(int)
        trees = [DecisionTreeClassifier(max_depth=4, random_state=seed) for seed in range(12)]
        kept = [RFE(tree, n_features_to_select=3).fit(x, y).support_ for tree in trees]
        found = [tree.fit(x, y).feature_importances_ for tree in trees]
        if all(np.array_equal(each, kept[0]) for each in kept) and np.ptp(found, axis=0).max() == 0:
            break
    importances = {
        rule: SelectFromModel(trees[0], threshold=rule).fit(x, y).get_support().tolist()
        for rule in ("median", "mean")
    }
    return {
        "x": plain(x),
        "y": y.tolist(),
        "importances": plain(found[0]),
        "byImportance": importances,
        "eliminated": kept[0].tolist(),
    }


def main():
    json.dump(
        {
            "scikitLearn": sklearn.__version__,
            "twoClasses": two_classes(),
            "manyClasses": many_classes(),
            "selection": selection(),
        },
        sys.stdout,
    )
    print()


main()
