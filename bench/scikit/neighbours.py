"""Writes test/models/fixtures/neighbours.json: scikit-learn's nearest neighbours, naive Bayes,
support vectors and path lengths on small data.

Run from the root of the repository with a Python that has scikit-learn:
    python bench/scikit/neighbours.py > test/models/fixtures/neighbours.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble._iforest import _average_path_length
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

random = np.random.default_rng(11)


def plain(values, digits=10):
    return np.round(np.asarray(values, dtype=float), digits).ravel().tolist()


def main():
    x = np.round(random.normal(size=(120, 4)), 3).astype(np.float32)
    z = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * random.normal(size=120)
    y = np.searchsorted(np.quantile(z, [1 / 3, 2 / 3]), z)
    asked = np.round(random.normal(size=(30, 4)), 3).astype(np.float32)
    asked[:5] = x[:5]
    wide, queries = x.astype(float), asked.astype(float)
    out = {
        "scikitLearn": sklearn.__version__,
        "cells": plain(x, 3),
        "labels": y.tolist(),
        "asked": plain(asked, 3),
        "neighbours": [],
    }
    cases = ((5, 1, "distance"), (3, 2, "uniform"), (7, 2, "distance"), (4, 3, "distance"))
    for k, p, weights in cases:
        model = KNeighborsClassifier(k, p=p, weights=weights).fit(wide, y)
        shares = plain(model.predict_proba(queries))
        out["neighbours"].append({"k": k, "p": p, "weights": weights, "shares": shares})
    bayes = GaussianNB().fit(wide, y)
    out["bayes"] = plain(bayes.predict_proba(queries))
    linear = LinearSVC(C=0.5, dual=True, tol=1e-12, max_iter=1000000, random_state=0).fit(wide, y)
    out["linear"] = {"coefficients": plain(linear.coef_), "intercepts": plain(linear.intercept_)}
    two = (y > 0).astype(int)
    # Squared hinge over an exact kernel: a linear machine over the kernel's Cholesky factor.
    factor = np.linalg.cholesky(rbf_kernel(wide, gamma=0.3) + 1e-10 * np.eye(len(wide)))
    machine = LinearSVC(C=2, dual=True, tol=1e-12, max_iter=1000000, random_state=0)
    machine.fit(factor, two)
    columns = np.linalg.solve(factor, rbf_kernel(wide, queries, gamma=0.3)).T
    out["kernel"] = {
        "labels": two.tolist(),
        "distances": plain(machine.decision_function(columns)),
    }
    out["paths"] = plain(_average_path_length(np.arange(0, 300, 13)))
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


main()
