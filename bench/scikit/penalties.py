"""Writes test/models/fixtures/penalties.json: scikit-learn's logistic regression with L1 and elastic
net penalties, two classes and three, on small data.

Run from the root of the repository with a Python that has scikit-learn:
    python bench/scikit/penalties.py > test/models/fixtures/penalties.json
    biome format --write test/models/fixtures
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

random = np.random.default_rng(5)


def plain(values, digits=10):
    return np.round(np.asarray(values, dtype=float), digits).ravel().tolist()


def main():
    out = {"scikitLearn": sklearn.__version__, "cases": []}
    x = np.round(random.normal(size=(160, 6)), 2)
    x[:, 4] = np.round(x[:, 0] + 0.3 * random.normal(size=160), 2)
    z = x[:, 0] - 0.7 * x[:, 1] * x[:, 2] + 0.5 * random.normal(size=160)
    out["cells"] = plain(x)
    for classes in (2, 3):
        y = np.searchsorted(np.quantile(z, np.arange(1, classes) / classes), z)
        for c, ratio in ((0.1, 1.0), (0.5, 1.0), (0.2, 0.5), (1.0, 0.25)):
            model = LogisticRegression(
                C=c, l1_ratio=ratio, solver="saga", tol=1e-14, max_iter=1000000, random_state=0
            ).fit(x, y)
            case = {
                "C": c,
                "l1Ratio": ratio,
                "labels": y.tolist(),
                "coefficients": plain(model.coef_, 8),
                "shares": plain(model.predict_proba(x), 8),
            }
            out["cases"].append(case)
    json.dump(out, sys.stdout, separators=(",", ":"))
    print()


main()
