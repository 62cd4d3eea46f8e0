"""Layers, losses and optimisers as PyTorch computes them: test/models/neural/fixtures/torch.json.

usage: python neural-fixtures.py OUT.json   (made with torch 2.15, CPU)

Weights are numbers from a formula, so the tests can make the same ones: weight number i of array
number n is sin(1 + i + 17 n) / 2. Matrices are inputs x outputs, as in the program.
"""

import functools
import json
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ROWS, STEPS, CHANNELS = 3, 4, 5


def numbers(n, *shape):
    count = int(np.prod(shape))
    values = np.sin(1 + np.arange(count) + 17 * n) / 2
    return torch.tensor(values.reshape(shape), dtype=torch.float32)


def flat(tensor):
    return [round(float(value), 7) for value in tensor.detach().reshape(-1)]


def case(run, weights, shape=(ROWS, STEPS, CHANNELS)):
    """Output and slopes by input and weights, for the loss sum(output * numbers)."""
    x = (2 * numbers(9, *shape)).requires_grad_()
    weights = [w.requires_grad_() for w in weights]
    out = run(x, *weights)
    (out * numbers(8, *out.shape)).sum().backward()
    return {"out": flat(out), "input": flat(x.grad), "weights": [flat(w.grad) for w in weights]}


def recurrent(kind, gates, units, both_biases=False):
    """Weights as the program has them, put in PyTorch's places."""

    def run(x, weight, inner, bias, *state_bias):
        layer = getattr(nn, kind)(CHANNELS, units, batch_first=True)
        zeros = torch.zeros(gates * units)
        if both_biases:
            zeros = torch.cat([torch.zeros(2 * units), state_bias[0]])
        flat_weights = [weight.t(), inner.t(), bias, zeros]
        names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
        values = dict(zip(names, flat_weights))
        return torch.func.functional_call(layer, values, (x,))[0]

    weights = [numbers(0, CHANNELS, gates * units), numbers(1, units, gates * units), numbers(2, gates * units)]
    if both_biases:
        weights.append(numbers(3, units))
    return case(run, weights)


def layers():
    units = 6
    found = {
        "dense": case(lambda x, w, b: x @ w + b, [numbers(0, CHANNELS, units), numbers(1, units)]),
        "rnn": recurrent("RNN", 1, units),
        "gru": recurrent("GRU", 3, units, both_biases=True),
        "lstm": recurrent("LSTM", 4, units),
        "layer-norm": case(
            lambda x, w, b: F.layer_norm(x, (CHANNELS,), w, b), [numbers(0, CHANNELS), numbers(1, CHANNELS)]
        ),
        "batch-norm": case(
            lambda x, w, b: F.batch_norm(x.transpose(1, 2), None, None, w, b, training=True).transpose(1, 2),
            [numbers(0, CHANNELS), numbers(1, CHANNELS)],
        ),
        "gelu": case(lambda x: F.gelu(x, approximate="tanh"), []),
        "max-pool": case(lambda x: F.max_pool1d(x.transpose(1, 2), 2).transpose(1, 2), []),
        "average-pool": case(lambda x: F.avg_pool1d(x.transpose(1, 2), 2).transpose(1, 2), []),
    }

    def attention(x, weight, bias, mix, mix_bias):
        layer = functools.partial(F.multi_head_attention_forward, need_weights=False)
        steps_first = x.transpose(0, 1)
        out = layer(
            steps_first, steps_first, steps_first, 6, 2, weight.t(), bias, None, None, False, 0.0, mix.t(), mix_bias
        )[0]
        return x + out.transpose(0, 1)

    shapes = [(6, 18), (18,), (6, 6), (6,)]
    found["attention"] = case(
        attention, [numbers(n, *shape) for n, shape in enumerate(shapes)], (ROWS, STEPS, 6)
    )
    for name, width, dilation, padding in [("conv1d", 3, 1, "same"), ("conv1d dilated", 2, 2, 0)]:

        def run(x, w, b, width=width, dilation=dilation, padding=padding):
            kernel = w.reshape(width, CHANNELS, units).permute(2, 1, 0)
            return F.conv1d(x.transpose(1, 2), kernel, b, dilation=dilation, padding=padding).transpose(1, 2)

        found[name] = case(run, [numbers(0, width * CHANNELS, units), numbers(1, units)])
    return found


def losses():
    rows, width = 5, 4
    labels = torch.tensor([0, 3, 1, 1, 2])
    row_weights = torch.tensor([1.0, 0.5, 2.0, 1.0, 3.0])
    truth = F.one_hot(labels, width).float()

    def focal(z):
        log = F.log_softmax(z, 1).gather(1, labels[:, None])[:, 0]
        return -((1 - log.exp()) ** 2) * log

    def of(loss):
        z = (6 * numbers(4, rows, width)).requires_grad_()
        total = (loss(z) * row_weights).sum()
        total.backward()
        return {"loss": float(total.detach()), "slopes": flat(z.grad)}

    return {
        "crossEntropy": of(lambda z: F.cross_entropy(z, labels, reduction="none")),
        "smoothed": of(lambda z: F.cross_entropy(z, labels, reduction="none", label_smoothing=0.1)),
        "focal": of(focal),
        "binary": of(lambda z: F.binary_cross_entropy_with_logits(z, truth, reduction="none").sum(1)),
        "squared": of(lambda z: F.mse_loss(z, numbers(5, rows, width), reduction="none").mean(1)),
    }


def optimisers():
    def train(make, clip=0.0):
        weight = numbers(0, 5, 3).requires_grad_()
        optimiser = make([weight])
        for step in range(6):
            optimiser.zero_grad()
            weight.grad = 4 * numbers(20 + step, 5, 3) + weight.detach()
            if clip:
                nn.utils.clip_grad_norm_([weight], clip)
            optimiser.step()
        return flat(weight)

    optim = torch.optim
    return {
        "sgd": train(lambda w: optim.SGD(w, lr=0.05, momentum=0.9, weight_decay=0.1)),
        "clipped": train(lambda w: optim.SGD(w, lr=0.05, momentum=0.0), clip=1.5),
        "adam": train(lambda w: optim.Adam(w, lr=0.05, weight_decay=0.1)),
        "adamw": train(lambda w: optim.AdamW(w, lr=0.05, weight_decay=0.1)),
    }


if __name__ == "__main__":
    with open(sys.argv[1], "w") as out:
        json.dump({"layers": layers(), "losses": losses(), "optimisers": optimisers()}, out, indent=1)
        out.write("\n")
