import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { trainingDisplay, trainingText } from '../../src/cli/training-output.ts';
import type { Epoch, TrainingEvent } from '../../src/models/index.ts';

const layers = [{ layer: 'dense', steps: 4, channels: 16, trained: 120, counted: 7 }];
const epoch: Epoch = {
  loss: 0.51234,
  accuracy: 0.9,
  heldOutLoss: 0.6,
  heldOutAccuracy: 0.88,
  balancedAccuracy: 0.75,
  rate: 0.002,
  slope: 1,
};
const EVENTS: readonly TrainingEvent[] = [
  { event: 'network', layers, rows: 900, heldOut: 100, before: [epoch], of: 4 },
  { event: 'epoch', number: 2, of: 4, epoch, seconds: 60 },
  { event: 'epoch', number: 3, of: 4, epoch, seconds: 60 },
  { event: 'end', ending: 'divergence', epochs: 3 },
];

function shown(isTTY: boolean): { lines: string[]; drawn: string } {
  const lines: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 160, cursorTo() {} });
  let drawn = '';
  stream.on('data', (text) => {
    drawn += String(text);
  });
  const terminal = { stream, note: (line: string) => void lines.push(line) };
  const display = trainingDisplay('training gru', terminal);
  for (const event of EVENTS) display.onTraining(event);
  display.stop();
  return { lines, drawn };
}

describe('a training off a terminal', () => {
  it('tells the network, a line an epoch and why it ended', () => {
    const { lines, drawn } = shown(false);
    assert.equal(drawn, '');
    assert.match(lines[0]!, /layer +output +trained +counted/);
    assert.match(lines[1]!, /dense +4 × 16 +120 +7/);
    assert.equal(lines[3], 'training gru: 120 numbers by 900 rows, 100 held out');
    assert.equal(lines[4], 'carried on after epoch 1 of the checkpoint');
    assert.equal(
      lines[5],
      'epoch 2/4: loss 0.5123, held-out loss 0.6, held-out accuracy 0.8800, balanced 0.7500, rate 0.002, 60 s, 2 min left',
    );
    assert.match(lines[6]!, /^epoch 3\/4: .*, 60 s left$/);
    assert.match(lines[7]!, /^training gru in 2 min: .*stopped in epoch 4: the loss was no number/);
    assert.match(lines[7]!, /the last good ones/);
    assert.equal(lines.length, 8);
  });
});

describe('several networks one after the other', () => {
  it('are told apart, each with its own epochs and time', () => {
    const lines: string[] = [];
    const stream = Object.assign(new PassThrough(), { isTTY: false });
    const terminal = { stream, note: (line: string) => void lines.push(line) };
    const display = trainingDisplay('training staged', terminal);
    const one = { event: 'network', layers, rows: 9, heldOut: 0, before: [], of: 1 } as const;
    for (const part of ['first stage', 'second stage']) {
      display.onTraining({ ...one, part });
      display.onTraining({ event: 'epoch', number: 1, of: 1, epoch, seconds: 4 });
      display.onTraining({ event: 'end', ending: 'epochs', epochs: 1 });
    }
    const told = lines.filter((line) => line.startsWith('training'));
    assert.equal(told[0], 'training staged, first stage: 120 numbers by 9 rows');
    assert.match(told[1]!, /^training staged, first stage in 4\.0 s: .* after its one epoch$/);
    assert.equal(told[2], 'training staged, second stage: 120 numbers by 9 rows');
    assert.match(told[3]!, /^training staged, second stage in 4\.0 s/);
  });
});

describe('a training on a terminal', () => {
  it('is a bar with epoch, losses, metric and time left, in place of lines', () => {
    const { lines, drawn } = shown(true);
    assert.match(drawn, /training gru \[.*\] epoch 1\/4 \| first epoch/);
    assert.match(drawn, /epoch 3\/4 \| loss 0\.5123, held-out loss 0\.6, .* \| 60 s left/);
    assert.ok(lines.every((line) => !line.startsWith('epoch')));
    assert.match(lines.at(-1)!, /stopped in epoch 4/);
  });
});

it('a history as text has a line an epoch', () => {
  const text = trainingText({ layers, epochs: [epoch, epoch], kept: 2, ending: 'epochs' });
  assert.match(text, /^epoch 2: loss 0\.5123/m);
  assert.match(text, /ended after all of its 2 epochs$/);
});
