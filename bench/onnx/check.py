"""Scores the cases of a folder by onnxruntime and compares with what Wiresift scored.

usage: check.py FOLDER

FOLDER/cases.json is a list of cases: name, model (a file), rows, classes, words (their names), inputs
(name, type float | double | string, width, file) and expected (a file of 32-bit floats). Files of
words are JSON lists, all others raw little-endian numbers. With "matrix" (a file) the prepared matrix
within the graph is compared, too. With "rounds" the scoring of all rows is
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


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def check(folder, case):
    path = folder / case["model"]
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    runner = session(str(path))
    feeds = read(folder, case)
    shares, labels = runner.run(["probabilities", "label"], feeds)
    expected = numpy.fromfile(folder / case["expected"], dtype=numpy.float32)
    expected = expected.reshape(case["rows"], case["classes"])
    # Rows that Wiresift refuses to score, for an empty cell that nothing fills, say nothing.
    known = ~numpy.isnan(expected).any(axis=1)
    gaps = numpy.abs(shares[known].astype(numpy.float64) - expected[known].astype(numpy.float64))
    chosen = shares[known].argmax(axis=1)
    behind = expected[known].max(axis=1) - expected[known][numpy.arange(known.sum()), chosen]
    own = numpy.array(case["words"], dtype=object)[shares.argmax(axis=1)]
    found = {
        "name": case["name"],
        "rows": int(known.sum()),
        "difference": float(gaps.max()),
        "mean": float(gaps.mean()),
        "beyond": int((gaps.max(axis=1) > case["tolerance"]).sum()),
        "decisions": int((behind > case["tolerance"]).sum()),
        "labels": int((labels != own).sum()),
        "metadata": {each.key: len(each.value) for each in model.metadata_props},
    }
    if case.get("matrix"):
        inside = onnx.helper.make_tensor_value_info("matrix", onnx.TensorProto.FLOAT, None)
        model.graph.output.append(inside)
        cells = session(model.SerializeToString()).run(["matrix"], feeds)[0]
        wanted = numpy.fromfile(folder / case["matrix"], dtype=numpy.float32).reshape(cells.shape)
        size = numpy.maximum(1, numpy.abs(wanted))
        both = numpy.isnan(wanted) & numpy.isnan(cells)
        gaps = numpy.where(both, 0, numpy.abs(cells - wanted) / size)
        # A cell that is empty on one side alone has no distance, and must not pass for one.
        found["cells"] = float(numpy.where(numpy.isnan(gaps), numpy.inf, gaps).max())
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
