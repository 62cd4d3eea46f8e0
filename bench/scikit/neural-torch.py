"""Costs of epochs of the bench's networks in PyTorch, one for each line that comes in.

usage: python neural-torch.py KIND ROWS COLUMNS CLASSES BATCH THREADS
Writes {"cpu": SECONDS, "clock": SECONDS} for a first epoch, and then for each line read.
"""

import json
import sys
import time

import torch
from torch import nn

KIND = sys.argv[1]
ROWS, COLUMNS, CLASSES, BATCH, THREADS = map(int, sys.argv[2:7])
torch.set_num_threads(THREADS)
torch.manual_seed(1)


class Gru(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.GRU(1, 64, batch_first=True)
        self.second = nn.GRU(64, 32, batch_first=True)
        self.output = nn.Linear(32, CLASSES)

    def forward(self, cells):
        states, _ = self.first(cells.unsqueeze(-1))
        states, _ = self.second(states)
        return self.output(states[:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Linear(1, 16)
        self.position = nn.Parameter(torch.randn(COLUMNS, 16))
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.normal = nn.LayerNorm(16)
        self.step = nn.Sequential(nn.Linear(16, 32), nn.GELU(approximate="tanh"))
        self.output = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, CLASSES))

    def forward(self, cells):
        tokens = self.token(cells.unsqueeze(-1)) + self.position
        seen, _ = self.attention(tokens, tokens, tokens, need_weights=False)
        return self.output(self.step(self.normal(tokens + seen)).mean(1))


def dense():
    return nn.Sequential(
        nn.Linear(COLUMNS, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, CLASSES)
    )


def convolution():
    return nn.Sequential(
        nn.Unflatten(1, (1, COLUMNS)),
        nn.Conv1d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool1d(2),
        nn.Flatten(),
        nn.Linear(COLUMNS // 2 * 32, 64),
        nn.ReLU(),
        nn.Linear(64, CLASSES),
    )


cells = torch.randn(ROWS, COLUMNS)
labels = torch.randint(0, CLASSES, (ROWS,))
net = {"ann": dense, "cnn": convolution, "gru": Gru, "transformer": Transformer}[KIND]()
optimiser = torch.optim.Adam(net.parameters(), lr=0.002)
loss_of = nn.CrossEntropyLoss()


def epoch():
    clock, cpu = time.perf_counter(), time.process_time()
    order = torch.randperm(ROWS)
    for start in range(0, ROWS, BATCH):
        taken = order[start : start + BATCH]
        optimiser.zero_grad()
        loss_of(net(cells[taken]), labels[taken]).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        optimiser.step()
    cost = {"cpu": time.process_time() - cpu, "clock": time.perf_counter() - clock}
    print(json.dumps(cost), flush=True)


epoch()
for _ in sys.stdin:
    epoch()
