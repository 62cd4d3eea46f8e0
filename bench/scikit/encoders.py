"""Writes test/features/fixtures/encoders.json: imputers, the standard scaler and one-hot.

Run from the root of the repository with a Python that has scikit-learn:
    python bench/scikit/encoders.py > test/features/fixtures/encoders.json
    biome format --write test/features/fixtures
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

random = np.random.default_rng(23)


def plain(values, digits=12):
    return np.round(np.asarray(values, dtype=float), digits).ravel().tolist()


def column(words):
    return np.array(words, dtype=object).reshape(-1, 1)


def main():
    train = np.round(random.exponential(40, 50))
    train[[3, 17, 18, 40]] = np.nan
    new = np.concatenate([np.round(random.exponential(40, 8)), [np.nan, 1e6]])
    fills = {
        "median": SimpleImputer(strategy="median"),
        "mostFrequent": SimpleImputer(strategy="most_frequent"),
        "constant": SimpleImputer(strategy="constant", fill_value=-1),
    }
    imputed = {
        name: plain(fill.fit(train.reshape(-1, 1)).transform(new.reshape(-1, 1)))
        for name, fill in fills.items()
    }
    filled = fills["median"].transform(train.reshape(-1, 1))
    scaler = StandardScaler().fit(filled)

    # Counts without ties, so that which category is rarest is not a matter of taste.
    counts = {"tcp": 20, "udp": 11, "icmp": 6, "arp": 3, "gre": 2, "esp": 1}
    seen = [word for word, count in counts.items() for _ in range(count)]
    random.shuffle(seen)
    asked = ["tcp", "esp", "udp", "sctp", "gre", "arp", "icmp", "TCP"]
    cases = {
        "plain": ({}, {}),
        "frequency": ({"min_frequency": 3}, {"minFrequency": 3}),
        "share": ({"min_frequency": 0.1}, {"minFrequency": 0.1}),
        "atMost": ({"max_categories": 4}, {"maxCategories": 4}),
        "dropped": ({"drop": "first"}, {"drop": "first"}),
        "both": (
            {"min_frequency": 2, "max_categories": 3, "drop": "first"},
            {"minFrequency": 2, "maxCategories": 3, "drop": "first"},
        ),
    }
    hot = {}
    for name, (theirs, ours) in cases.items():
        encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, **theirs)
        cells = encoder.fit(column(seen)).transform(column(asked))
        hot[name] = {"options": ours, "columns": cells.shape[1], "cells": plain(cells)}
    json.dump(
        {
            "scikitLearn": sklearn.__version__,
            "numbers": {
                "train": [None if np.isnan(each) else each for each in train],
                "new": [None if np.isnan(each) else each for each in new],
                "imputed": imputed,
                "standard": plain(scaler.transform(fills["median"].transform(new.reshape(-1, 1)))),
            },
            "words": {"seen": seen, "asked": asked, "oneHot": hot},
        },
        sys.stdout,
    )
    print()


main()
