import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { FlagTable, flagErrors, KDD_FLAGS } from '../../../src/flow/kdd/flag.ts';
import { dataRate } from '../../../src/flow/kdd/rate.ts';
import { KDD_SERVICES } from '../../../src/flow/kdd/services.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';

const FILE = sharedMissing ? '' : sharedPath('data', 'kdd99', 'corrected.gz');
const skip = sharedMissing || (existsSync(FILE) ? false : 'skipped: no KDD Cup 99 test file');

/** Counts that a share of `whole` may come from, given that it is printed with two decimals. */
function possible(share: number, whole: number): [number, number] {
  const low = Math.max(0, Math.floor((share - 0.006) * whole));
  const high = Math.min(whole, Math.ceil((share + 0.006) * whole));
  let first = -1;
  let last = -1;
  for (let part = low; part <= high; part++) {
    if (dataRate(part, whole) !== share) continue;
    if (first < 0) first = part;
    last = part;
  }
  return [first, last];
}

interface Tests {
  rows: number;
  union: number;
  same: number;
  ones: number;
  distinct: number;
  errors: number;
  outside: number;
}

/** Checks one window of one row: counts, then shares by place in the row. */
function check(
  cells: readonly string[],
  at: number,
  shares: number[],
  limit: number,
  t: Tests,
): void {
  const count = Number(cells[at]);
  const service = Number(cells[at + 1]);
  if (count === 0 || service === 0) return;
  const [same, different, otherHosts] = shares.map((place) => Number(cells[place])) as [
    number,
    number,
    number,
  ];
  t.rows++;
  const [low, high] = possible(same, count);
  if (low >= 0) t.same++;
  if (count + service - Math.min(high, service) > limit) t.union++;
  // Where the share tells its count, and one connection differs, two services (or hosts) are seen.
  if (low !== high) return;
  for (const [rest, whole, share] of [
    [count - low, count, different],
    [service - low, service, otherHosts],
  ] as const) {
    if (rest > 1) continue;
    t.ones++;
    if (share === (rest === 1 ? dataRate(2, whole) : 0)) t.distinct++;
  }
}

test('what the data set proves of its windows holds in every row of its test file', {
  skip,
}, () => {
  const lines = gunzipSync(readFileSync(FILE)).toString('latin1').trimEnd().split('\n');
  const recent = { rows: 0, union: 0, same: 0, ones: 0, distinct: 0, errors: 0, outside: 0 };
  const host = { ...recent };
  const errors = flagErrors('data');
  const words = new Set(KDD_SERVICES);
  let wrongErrors = 0;
  let otherFlag = 0;
  for (const line of lines) {
    const cells = line.split(',');
    check(cells, 22, [28, 29, 30], 511, recent);
    check(cells, 31, [33, 34, 36], 255, host);
    assert.ok(words.has(cells[2]!), cells[2]);
    const flag = (KDD_FLAGS as readonly string[]).indexOf(cells[3]!);
    assert.ok(flag >= 0 && flag < 11, cells[3]);
    if (cells[1] !== 'tcp' && cells[3] !== 'SF') otherFlag++;
    assert.equal(cells[19], '0', 'num_outbound_cmds');
    // A connection alone in its window shows by which errors its own flag counts.
    if (cells[22] === '1') {
      const own = Number(cells[24]) + 2 * Number(cells[26]);
      if (own !== errors[flag]) wrongErrors++;
    }
  }
  assert.equal(lines.length, 311_029);
  for (const window of [recent, host]) {
    assert.ok(window.rows >= 311_026, 'three rows of this file lack a window');
    assert.equal(window.union, 0, 'responder and service share one ring');
    assert.equal(window.same, window.rows, 'a share of a whole number in single precision');
    assert.ok(window.ones > 6000);
    assert.equal(window.distinct, window.ones, 'distinct ones, the current included');
  }
  assert.equal(wrongErrors, 0);
  assert.equal(otherFlag, 0);
  assert.equal(KDD_FLAGS[new FlagTable('data').flag(17, 0)], 'SF');
});
