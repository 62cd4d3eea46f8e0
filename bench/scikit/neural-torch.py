"""Seconds of processor time and of the clock per epoch of the MLP 64-32 in PyTorch, one thread.

usage: python neural-torch.py ROWS COLUMNS CLASSES BATCH
"""

import json
import sys
import time

import torch
from torch import nn

rows, columns, classes, batch = map(int, sys.argv[1:5])
torch.set_num_threads(1)
torch.manual_seed(1)
cells = torch.randn(rows, columns)
labels = torch.randint(0, classes, (rows,))
net = nn.Sequential(
    nn.Linear(columns, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, classes)
)
optimiser = torch.optim.Adam(net.parameters(), lr=0.002)
loss_of = nn.CrossEntropyLoss()


def epoch():
    order = torch.randperm(rows)
    for start in range(0, rows, batch):
        taken = order[start : start + batch]
        optimiser.zero_grad()
        loss_of(net(cells[taken]), labels[taken]).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        optimiser.step()


epoch()
clock, cpu = time.perf_counter(), time.process_time()
for _ in range(3):
    epoch()
print(json.dumps({"cpu": (time.process_time() - cpu) / 3, "clock": (time.perf_counter() - clock) / 3}))
