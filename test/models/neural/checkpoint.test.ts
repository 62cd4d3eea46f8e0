import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { modelKind, type Parameters, type TrainingEvent } from '../../../src/models/index.ts';
import { startChild } from '../../child.ts';
import { generateInput } from '../generated.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-checkpoint-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const input = generateInput({ rows: 300, classes: 3 });
const BASE: Parameters = { epochs: 6, batch: 128, schedule: 'plateau', earlyStopping: 50 };

/** Fits, and stops after so many epochs where asked. */
async function fit(
  checkpoint: string | undefined,
  given: Parameters,
  stopAfter?: number,
  seed = 4,
) {
  const stop = new AbortController();
  const told: TrainingEvent[] = [];
  const onTraining = (event: TrainingEvent): void => {
    told.push(event);
    if (event.event === 'epoch' && event.number === stopAfter) stop.abort();
  };
  const model = await modelKind('dnn')
    .create({ ...BASE, ...given })
    .fit(input, {
      ...{ seed, onTraining, signal: stop.signal },
      ...(checkpoint === undefined ? {} : { checkpoint }),
    });
  return { tensors: model.tensors(), told };
}

describe('a checkpoint', () => {
  it('carries a stopped training on to the same bytes, with every optimiser', async () => {
    for (const optimiser of ['adam', 'sgd']) {
      const path = join(folder, `${optimiser}.checkpoint`);
      const given = { optimiser };
      const whole = await fit(undefined, given);
      await assert.rejects(fit(path, given, 2), { code: 'ABORTED' });
      await assert.rejects(fit(path, given, 4), { code: 'ABORTED' });
      const resumed = await fit(path, given);
      assert.deepEqual(resumed.tensors, whole.tensors);
      const [first] = resumed.told;
      assert.ok(first?.event === 'network' && first.before.length === 4);
      assert.equal(resumed.told.filter(({ event }) => event === 'epoch').length, 2);
      // A training that has ended gives its model again, and learns no more.
      const again = await fit(path, given);
      assert.deepEqual(again.tensors, whole.tensors);
      assert.equal(again.told.length, 2);
    }
  });

  it('of other data, parameters or seed is refused', async () => {
    const path = join(folder, 'other.checkpoint');
    await fit(path, { epochs: 1 });
    const refused = async (run: Promise<unknown>, what: RegExp): Promise<void> => {
      await assert.rejects(run, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CHECKPOINT');
        assert.match(error.message, what);
        return true;
      });
    };
    await refused(fit(path, { epochs: 2 }), /other parameters/);
    await refused(fit(path, { epochs: 1 }, undefined, 5), /other data and seed|other seed/);
    input.matrix.data[3]! += 1;
    try {
      await refused(fit(path, { epochs: 1 }), /other data/);
    } finally {
      input.matrix.data[3]! -= 1;
    }
    await fit(path, { epochs: 1 });
  });

  it('that is damaged or another file is refused', async () => {
    const path = join(folder, 'damaged.checkpoint');
    await fit(path, { epochs: 1 });
    const good = readFileSync(path);
    const cases = [good.subarray(0, good.length - 8), Buffer.from('no tensors'), Buffer.alloc(0)];
    for (const at of [good.length - 3, good.length - 200]) {
      const wrong = Buffer.from(good);
      // The last tensors hold the weights: no number of theirs may be infinite.
      wrong.writeUInt32LE(0x7f800000, at - (at % 4));
      cases.push(wrong);
    }
    for (const bytes of cases) {
      writeFileSync(path, bytes);
      await assert.rejects(fit(path, { epochs: 1 }), { code: 'CHECKPOINT' });
    }
  });

  it('of a killed process carries on to the same bytes, in threads too', async () => {
    const path = join(folder, 'killed.checkpoint');
    const script = fileURLToPath(new URL('fixtures/train-until-killed.ts', import.meta.url));
    const { fitLong } = await import('./fixtures/train-until-killed.ts');
    const child = startChild([script, path], { errors: 'inherit' });
    await child.says(/^[3-9]$/m);
    assert.equal((await child.end('SIGKILL')).signal, 'SIGKILL');
    assert.ok(existsSync(path));
    const told: TrainingEvent[] = [];
    const resumed = await fitLong({ checkpoint: path, onTraining: (event) => told.push(event) });
    const [first] = told;
    assert.ok(
      first?.event === 'network' && first.before.length >= 3 && first.before.length < first.of,
    );
    assert.deepEqual(resumed, await fitLong({}));
  });
});
