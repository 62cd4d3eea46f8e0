"""Writes test/models/fixtures/svc.json: decision values of scikit-learn's SVC on small data.

Run from the root of the repository with a Python that has scikit-learn:
    python bench/scikit/svc.py > test/models/fixtures/svc.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.svm import SVC

random = np.random.default_rng(11)


def main():
    out = {"scikitLearn": sklearn.__version__, "cases": []}
    for count, c, gamma in ((80, 1.0, 0.5), (120, 20.0, 0.2), (60, 0.05, 2.0)):
        x = np.round(random.normal(size=(count, 3)), 2).astype("<f4").astype(float)
        y = (x[:, 0] ** 2 + x[:, 1] + 0.4 * random.normal(size=count) > 0.7).astype(int)
        model = SVC(C=c, gamma=gamma, tol=1e-9).fit(x, y)
        values = np.round(model.decision_function(x), 9)
        out["cases"].append(
            {
                "C": c,
                "gamma": gamma,
                "cells": np.round(x, 2).ravel().tolist(),
                "labels": y.tolist(),
                "decision": values.tolist(),
            }
        )
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


main()
