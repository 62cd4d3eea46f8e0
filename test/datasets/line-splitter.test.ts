import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoMicros } from '../../src/datasets/json-line.ts';
import { LineSplitter, MAX_EVENT_BYTES } from '../../src/datasets/line-splitter.ts';

function split(pieces: readonly Uint8Array[]): [line: number, text: string | undefined][] {
  const lines: [number, string | undefined][] = [];
  const splitter = new LineSplitter((text) => lines.push([splitter.line, text]));
  for (const piece of pieces) {
    const lent = Uint8Array.from(piece);
    splitter.feed(lent);
    // A piece is only lent: whoever keeps it sees it change.
    lent.fill(0);
  }
  splitter.finish();
  return lines;
}

test('lines cut anywhere come whole, with their numbers', () => {
  const text = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\r', ' '), maxLength: 5 }));
  fc.assert(
    fc.property(text, fc.array(fc.nat(40), { maxLength: 5 }), (lines, cuts) => {
      const bytes = Buffer.from(lines.join('\n'));
      let from = 0;
      const pieces = [...cuts, bytes.length]
        .sort((a, b) => a - b)
        .map((end) => {
          const piece = bytes.subarray(from, end);
          from = Math.max(from, Math.min(end, bytes.length));
          return piece;
        });
      const expected = lines.flatMap((line, i) =>
        line.trim() === '' ? [] : [[i + 1, line.trim()]],
      );
      assert.deepEqual(split(pieces), expected);
    }),
  );
});

test('a line over the limit is told of once and the next is read', () => {
  const long = Buffer.alloc(MAX_EVENT_BYTES + 1, 97);
  const next = Buffer.from('\nnext\n');
  const expected = [
    [1, undefined],
    [2, 'next'],
  ];
  assert.deepEqual(split([Buffer.concat([long, next])]), expected);
  assert.deepEqual(split([long, long, long, next]), expected);
  assert.deepEqual(split([long.subarray(5), long, next]), expected);
  assert.deepEqual(split([long, long]), [[1, undefined]]);
});

test('ISO times with offsets are UTC microseconds, others NaN', () => {
  const at = Date.UTC(2020, 1, 29, 1, 2, 3) * 1000;
  assert.equal(isoMicros('2020-02-29T01:02:03Z'), at);
  assert.equal(isoMicros('2020-02-29T03:02:03.000007+0200'), at + 7);
  assert.equal(isoMicros('2020-02-28 20:32:03.5-04:30'), at + 500_000);
  assert.equal(isoMicros('2020-02-29T01:02:03.123456789'), at + 123_456);
  for (const bad of ['', '2020', '2020-02-30T01:02:03Z', '2020-02-29T24:02:03Z', '1.5', 'x']) {
    assert.ok(Number.isNaN(isoMicros(bad)), bad);
  }
});
