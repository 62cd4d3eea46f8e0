"""Fits and scores with scikit-learn what bench/models.bench.ts sends, one model at a time.

Standard input: one line of JSON (rows, columns, classes), the matrix to learn from and its labels,
the matrix held out and its labels (32-bit floats row-major, 32-bit integers, little-endian), then
one line of JSON a run. Standard output: one line of JSON a run.
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


def read(rows, cols):
    cells = sys.stdin.buffer.read(rows * cols * 4)
    labels = sys.stdin.buffer.read(rows * 4)
    return np.frombuffer(cells, "<f4").reshape(rows, cols), np.frombuffer(labels, "<i4")


def make(run):
    seed, threads = run["seed"], run["threads"]
    trees = {"max_depth": run["depth"], "min_samples_leaf": run["leaf"], "random_state": seed}
    many = {**trees, "n_estimators": run["trees"], "n_jobs": threads}
    boosting = {"max_iter": run["iterations"], "early_stopping": False, "random_state": seed}
    logistic = {"C": 1.0, "max_iter": run["steps"], "tol": run["tolerance"]}
    return {
        "tree": lambda: DecisionTreeClassifier(**trees),
        "forest": lambda: RandomForestClassifier(**many),
        "extra-trees": lambda: ExtraTreesClassifier(**many),
        "boosting": lambda: HistGradientBoostingClassifier(**boosting),
        "logistic": lambda: LogisticRegression(**logistic),
        "knn": lambda: KNeighborsClassifier(5, p=1, weights="distance", n_jobs=threads),
        "naive-bayes": lambda: GaussianNB(),
    }[run["kind"]]()


def measure(run, train, labels, test, truth):
    model = make(run)
    start, used = time.perf_counter(), time.process_time()
    model.fit(train, labels)
    fit, cpu = time.perf_counter() - start, time.process_time() - used
    # Neighbours are asked for some rows only: all of them take minutes.
    asked = min(len(test), run["queries"]) if run["kind"] == "knn" else len(test)
    times = []
    for _ in range(1 if run["kind"] == "knn" else 3):
        used = time.process_time()
        shares = model.predict_proba(test[:asked])
        times.append(time.process_time() - used)
    found = model.classes_[shares.argmax(axis=1)]
    return {
        "fitSeconds": fit,
        "fitCpu": cpu,
        "scoreCpu": sorted(times)[len(times) // 2] * len(test) / asked,
        "asked": asked,
        "accuracy": float(np.mean(found == truth[:asked])),
        "steps": int(np.max(getattr(model, "n_iter_", 0))),
    }


def main():
    head = json.loads(sys.stdin.buffer.readline())
    train, labels = read(head["trainRows"], head["cols"])
    test, truth = read(head["testRows"], head["cols"])
    for line in sys.stdin.buffer:
        run = json.loads(line)
        with threadpool_limits(run["threads"]):
            print(json.dumps(measure(run, train, labels, test, truth)), flush=True)


main()
