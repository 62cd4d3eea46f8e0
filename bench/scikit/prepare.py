"""Writes test/features/fixtures/scikit-learn.json: scalers, encoders and selectors on small data.

Run from the root of the repository with a Python that has scikit-learn:
    python bench/scikit/prepare.py > test/features/fixtures/scikit-learn.json
    biome format --write test/features/fixtures
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.feature_selection import VarianceThreshold, chi2
from sklearn.metrics import mutual_info_score
from sklearn.preprocessing import MinMaxScaler, OrdinalEncoder, QuantileTransformer, RobustScaler
from sklearn.utils.class_weight import compute_sample_weight

random = np.random.default_rng(11)


def plain(values, digits=12):
    return np.round(np.asarray(values, dtype=float), digits).ravel().tolist()


def main():
    train = np.round(random.exponential(50, 60), 1)
    train[10:20] = 7.5
    new = np.concatenate([np.round(random.exponential(60, 18), 1), [7.5, -3, 1e6]])
    column, other = train.reshape(-1, 1), new.reshape(-1, 1)
    scaled = {}
    for name, scaler in {
        "robust": RobustScaler(),
        "minMax": MinMaxScaler(),
        "clipped": MinMaxScaler(clip=True),
        "uniform": QuantileTransformer(n_quantiles=60, subsample=None),
        "normal": QuantileTransformer(n_quantiles=25, output_distribution="normal", subsample=None),
    }.items():
        scaled[name] = plain(scaler.fit(column).transform(other))

    words = ["tcp", "udp", "icmp", "Tcp", "-", "arp"]
    seen = [words[i] for i in random.integers(0, 5, 30)]
    asked = [words[i] for i in random.integers(0, 6, 20)]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    encoder.fit(np.array(seen, dtype=object).reshape(-1, 1))
    coded = encoder.transform(np.array(asked, dtype=object).reshape(-1, 1))

    x = random.integers(0, 6, (80, 5)).astype(float)
    y = random.integers(0, 3, 80)
    x[:, 1] = 2 * x[:, 0] + (x[:, 1] > 4)
    x[:, 3] = 4
    x[:, 4] = y + (random.random(80) < 0.2)
    with np.errstate(invalid="ignore"):
        r = np.nan_to_num(np.corrcoef(x, rowvar=False))
    json.dump(
        {
            "scikitLearn": sklearn.__version__,
            "scale": {"train": plain(train), "new": plain(new), "scaled": scaled},
            "ordinal": {"seen": seen, "asked": asked, "coded": plain(coded)},
            "select": {
                "x": plain(x),
                "y": y.tolist(),
                "variances": plain(VarianceThreshold(1e-9).fit(x).variances_),
                "chiSquared": plain(np.nan_to_num(chi2(x, y)[0])),
                "mutualInformation": plain([mutual_info_score(x[:, c], y) for c in range(5)]),
                "correlations": plain(r),
                "balanced": plain(compute_sample_weight("balanced", y)),
            },
        },
        sys.stdout,
    )
    print()


main()
