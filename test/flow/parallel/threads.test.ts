import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FromWorker, ToWorker } from '../../../src/flow/parallel/messages.ts';
import { Threads } from '../../../src/flow/parallel/threads.ts';

const BEGIN: ToWorker & { type: 'begin' } = { type: 'begin', meter: {}, form: 'text' };
const ignore = (): void => undefined;

test('a thread that breaks down is told by ready and by ended, and the work ends', async () => {
  const broken = new Threads(1, { ...BEGIN, meter: { batchRows: -1 } }, ignore);
  await assert.rejects(broken.ended, RangeError);
  await assert.rejects(broken.ready(), RangeError);
  await broken.release();
});

test('every block comes back from every thread before the end', async () => {
  const through: number[][] = [[], []];
  const threads = new Threads(2, BEGIN, (thread, message: FromWorker) => {
    if (message.type === 'done') through[thread]!.push(message.through);
  });
  let block = threads.block();
  for (let packet = 1; packet <= 40; packet++) {
    block = threads.send(block, new Uint8Array(8), packet);
    await threads.ready();
  }
  threads.finish();
  const summaries = await threads.ended;
  await threads.release();
  const all = Array.from({ length: 40 }, (_, i) => i + 1);
  assert.deepEqual(through, [all, all]);
  assert.deepEqual(
    summaries.map(({ packets }) => packets),
    [0, 0],
  );
});

test('threads let go before their end do not come back', async () => {
  const first = new Threads(1, BEGIN, ignore);
  await first.release();
  await assert.rejects(first.ready());
  const second = new Threads(1, BEGIN, ignore);
  second.finish();
  assert.equal((await second.ended).length, 1);
  await second.release();
});
