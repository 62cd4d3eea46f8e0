"""Writes test/models/fixtures/scikit-learn.json: what scikit-learn learns from small data.

Run from the root of the repository with a Python that has scikit-learn:
    python bench/scikit/fixtures.py > test/models/fixtures/scikit-learn.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

random = np.random.default_rng(7)


def rows(count, decimals, classes):
    """Numbers of few decimals, and a class that follows from them with noise."""
    x = np.round(random.normal(size=(count, 4)), decimals)
    z = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * random.normal(size=count)
    cuts = np.quantile(z, np.arange(1, classes) / classes)
    return x, np.searchsorted(cuts, z)


def plain(values, digits=10):
    return np.round(np.asarray(values, dtype=float), digits).ravel().tolist()


def preorder(tree):
    nodes, stack = [], [0]
    while stack:
        node = stack.pop()
        nodes.append(node)
        if tree.children_left[node] >= 0:
            stack += [tree.children_right[node], tree.children_left[node]]
    return nodes


def tree_without_ties():
    """Data on which no two splits are equally good: the order of the columns changes nothing."""
    while True:
        x, y = rows(200, 4, 3)
        trees = [
            DecisionTreeClassifier(max_depth=4, min_samples_leaf=8, random_state=seed).fit(x, y)
            for seed in range(20)
        ]
        first = trees[0].tree_
        if all(np.array_equal(each.tree_.feature, first.feature) for each in trees):
            return x, y, first


def main():
    out = {"scikitLearn": sklearn.__version__}

    x, y, tree = tree_without_ties()
    order = preorder(tree)
    inner = [tree.children_left[node] >= 0 for node in order]
    out["tree"] = {
        "cells": plain(x),
        "labels": y.tolist(),
        "feature": [int(tree.feature[n]) if i else -1 for n, i in zip(order, inner)],
        "samples": [int(tree.n_node_samples[n]) for n in order],
        "shares": [plain(tree.value[n]) for n, i in zip(order, inner) if not i],
    }

    for name, classes in (("logisticTwo", 2), ("logisticMany", 3)):
        x, y = rows(150, 2, classes)
        model = LogisticRegression(C=0.7, tol=1e-10, max_iter=10000).fit(x, y)
        out[name] = {
            "cells": plain(x),
            "labels": y.tolist(),
            "coefficients": plain(model.coef_),
            "shares": plain(model.predict_proba(x[:20])),
        }

    for name, classes in (("boostingTwo", 2), ("boostingMany", 3)):
        x, y = rows(600, 1, classes)
        model = HistGradientBoostingClassifier(max_iter=20, early_stopping=False).fit(x, y)
        out[name] = {
            "cells": plain(x),
            "labels": y.tolist(),
            "shares": plain(model.predict_proba(x), 6),
        }

    scores = np.round(random.uniform(size=60), 2)
    truth = (random.uniform(size=60) < scores**2).astype(int)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, truth)
    out["isotonic"] = {
        "scores": scores.tolist(),
        "truth": truth.tolist(),
        "at": np.linspace(0, 1, 41).tolist(),
        "shares": plain(isotonic.predict(np.linspace(0, 1, 41))),
    }
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


main()
