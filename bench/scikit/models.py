"""Times scikit-learn on the data that bench/models.bench.ts sends.

Standard input: one line of JSON (the plan), then the matrix as 32-bit floats, row-major, then the
labels as 32-bit integers, little-endian. Standard output: a JSON list of results.
"""

import json
import sys
import time

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits


def main():
    plan = json.loads(sys.stdin.buffer.readline())
    rows, cols = plan["rows"], plan["cols"]
    x = np.frombuffer(sys.stdin.buffer.read(rows * cols * 4), dtype="<f4").reshape(rows, cols)
    y = np.frombuffer(sys.stdin.buffer.read(rows * 4), dtype="<i4")
    seed, depth, leaf = plan["seed"], plan["depth"], plan["leaf"]
    forest = {
        "n_estimators": plan["trees"],
        "max_depth": depth,
        "min_samples_leaf": leaf,
        "random_state": seed,
    }
    makers = {
        "tree": lambda threads: DecisionTreeClassifier(
            max_depth=depth, min_samples_leaf=leaf, random_state=seed
        ),
        "forest": lambda threads: RandomForestClassifier(n_jobs=threads, **forest),
        "extra-trees": lambda threads: ExtraTreesClassifier(n_jobs=threads, **forest),
        "boosting": lambda threads: HistGradientBoostingClassifier(
            max_iter=plan["iterations"], early_stopping=False, random_state=seed
        ),
        "logistic": lambda threads: LogisticRegression(C=1.0, max_iter=500, tol=1e-6),
        "knn": lambda threads: KNeighborsClassifier(5, p=1, weights="distance", n_jobs=1),
        "naive-bayes": lambda threads: GaussianNB(),
    }
    threaded = ("forest", "extra-trees", "boosting")
    results = []
    for kind in plan["kinds"]:
        if kind not in makers:
            continue
        for threads in plan["threads"] if kind in threaded else [1]:
            with threadpool_limits(threads):
                results.append(measure(kind, threads, makers[kind], plan, x, y))
    json.dump(results, sys.stdout)


def measure(kind, threads, make, plan, x, y):
    fits, scores = [], []
    accuracy = 0.0
    for _ in range(plan["repeats"]):
        model = make(threads)
        start = time.perf_counter()
        model.fit(x, y)
        fits.append(time.perf_counter() - start)
        model.predict_proba(x)
        start = time.perf_counter()
        shares = model.predict_proba(x)
        scores.append(time.perf_counter() - start)
        accuracy = float(np.mean(model.classes_[shares.argmax(axis=1)] == y))
    score = sorted(scores)[len(scores) // 2]
    return {
        "by": "scikit-learn",
        "kind": kind,
        "threads": threads,
        "fitSeconds": sorted(fits)[len(fits) // 2],
        "fitSpread": [min(fits), max(fits)],
        "scoreSeconds": score,
        "rowsPerSecond": plan["rows"] / score,
        "accuracy": accuracy,
    }


main()
