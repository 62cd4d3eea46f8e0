"""Scores the cases of a folder by onnxruntime and compares with what Wiresift scored.

usage: check.py FOLDER

FOLDER/cases.json is a list of cases: name, model (a file), rows, classes, words (their names), inputs
(name, type float | double | string, width, file) and expected (a file of 32-bit floats). Files of
words are JSON lists, all others raw little-endian numbers. With "rounds" the scoring of all rows is
timed that often, on one thread. Prints a JSON object a case.
"""

import json
import pathlib
import sys
import time

import numpy
import onnx
import onnxruntime

TYPES = {"float": numpy.float32, "double": numpy.float64}


def read(folder, case):
    feeds = {}
    for own in case["inputs"]:
        path = folder / own["file"]
        if own["type"] == "string":
            cells = numpy.array(json.loads(path.read_text(encoding="utf-8")), dtype=object)
        else:
            cells = numpy.fromfile(path, dtype=TYPES[own["type"]])
        feeds[own["name"]] = cells.reshape(case["rows"], own["width"])
    return feeds


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def check(folder, case):
    path = folder / case["model"]
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    runner = session(path)
    feeds = read(folder, case)
    shares, labels = runner.run(["probabilities", "label"], feeds)
    expected = numpy.fromfile(folder / case["expected"], dtype=numpy.float32)
    expected = expected.reshape(case["rows"], case["classes"])
    gaps = numpy.abs(shares.astype(numpy.float64) - expected.astype(numpy.float64))
    own = numpy.array(case["words"], dtype=object)[shares.argmax(axis=1)]
    found = {
        "name": case["name"],
        "rows": case["rows"],
        "difference": float(gaps.max()),
        "mean": float(gaps.mean()),
        "beyond": int((gaps.max(axis=1) > case["tolerance"]).sum()),
        "decisions": int((shares.argmax(axis=1) != expected.argmax(axis=1)).sum()),
        "labels": int((labels != own).sum()),
        "metadata": {each.key: len(each.value) for each in model.metadata_props},
    }
    if case.get("rounds"):
        seconds = []
        for _ in range(case["rounds"]):
            start = time.perf_counter()
            runner.run(["probabilities"], feeds)
            seconds.append(time.perf_counter() - start)
        found["seconds"] = sorted(seconds)[len(seconds) // 2]
    return found


def main():
    folder = pathlib.Path(sys.argv[1])
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        try:
            found = check(folder, case)
        except Exception as error:  # every case is told, whatever is wrong with one
            found = {"name": case["name"], "error": f"{type(error).__name__}: {error}"[:2000]}
        print(json.dumps(found), flush=True)


main()
