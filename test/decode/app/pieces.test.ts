import assert from 'node:assert/strict';
import { test } from 'node:test';
import { berAt } from '../../../src/decode/app/ber.ts';
import { latin1, wordAt } from '../../../src/decode/app/bytes.ts';
import { Gather } from '../../../src/decode/app/gather.ts';
import { firstWord, LineReader, MAX_LINE, replyCode } from '../../../src/decode/app/lines.ts';
import { bytesOf, hex } from './dialogue.ts';

test('lines end at LF, without CR, in any cut', () => {
  const bytes = bytesOf('one\r\n\r\ntwo\nthree');
  for (let piece = 1; piece <= bytes.length; piece++) {
    const reader = new LineReader();
    const lines: string[] = [];
    for (let start = 0; start < bytes.length; start += piece) {
      const end = Math.min(bytes.length, start + piece);
      for (let at = start; at < end; ) {
        at = reader.take(bytes, at, end);
        if (reader.complete) lines.push(reader.text());
      }
    }
    assert.deepEqual(lines, ['one', '', 'two']);
  }
});

test('an LF behind the given end is not seen', () => {
  const reader = new LineReader();
  assert.equal(reader.take(bytesOf('ab\ncd\n'), 3, 5), 5);
  assert.equal(reader.complete, false);
});

test('a line keeps its first bytes only', () => {
  const reader = new LineReader();
  const bytes = bytesOf(`${'a'.repeat(MAX_LINE + 100)}\n`);
  assert.equal(reader.take(bytes, 0, bytes.length), bytes.length);
  assert.equal(reader.length, MAX_LINE);
});

test('a gather keeps up to its limit and counts the rest', () => {
  const gather = new Gather(4);
  gather.start(6);
  const bytes = bytesOf('abcdefgh');
  assert.equal(gather.take(bytes, 0, 3), 3);
  assert.equal(gather.full, false);
  assert.equal(gather.take(bytes, 3, 8), 6);
  assert.deepEqual([gather.full, gather.kept, gather.whole], [true, 4, false]);
  gather.start(3);
  assert.equal(gather.skip(5), 2);
  assert.equal(gather.full, true);
});

test('a length that the sender only promises takes no memory', () => {
  const gather = new Gather(1_000_000);
  gather.start(1_000_000);
  gather.take(bytesOf('abc'), 0, 3);
  assert.ok(gather.bytes.length <= 64);
});

test('words, codes and escapes', () => {
  assert.deepEqual(firstWord('  user  Bob x'), { word: 'USER', rest: 'Bob x' });
  assert.deepEqual(
    [replyCode('220 hi'), replyCode('220-'), replyCode('22'), replyCode('2200')],
    [220, 220, 0, 0],
  );
  const bytes = bytesOf('HeL\x01');
  assert.deepEqual(
    [wordAt(bytes, 0, 3, 'hel'), wordAt(bytes, 0, 2, 'hel'), wordAt(bytes, 0, 3, 'hex')],
    [1, -1, 0],
  );
  assert.equal(latin1(bytesOf('x'.repeat(60)), 0, 60), 'x'.repeat(60));
});

test('BER headers, short, long, broken and cut off', () => {
  assert.deepEqual(berAt(hex('3003'), 0, 2), { tag: 0x30, start: 2, end: 5 });
  assert.deepEqual(berAt(hex('30820102'), 0, 4), { tag: 0x30, start: 4, end: 262 });
  assert.equal(berAt(hex('3082'), 0, 2), 'more');
  assert.equal(berAt(hex('3080'), 0, 2), null);
  assert.equal(berAt(hex('3089'), 0, 2), null);
});
