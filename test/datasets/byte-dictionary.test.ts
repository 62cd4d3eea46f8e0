import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteDictionary } from '../../src/datasets/byte-dictionary.ts';

function coder(): { dictionary: ByteDictionary; code: (word: string) => number } {
  const dictionary = new ByteDictionary();
  const code = (word: string): number => {
    const bytes = Buffer.alloc(Buffer.byteLength(word) + 40, 'z');
    const length = bytes.write(word, 3);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return dictionary.code(view, bytes, 3, 3 + length);
  };
  return { dictionary, code };
}

test('agrees with a map of strings, whatever the words', () => {
  const word = fc.oneof(
    fc.string(),
    fc.stringMatching(/^a{0,40}b?$/),
    fc.string({ unit: 'grapheme' }),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const { dictionary, code } = coder();
      const map = new Map<string, number>();
      for (const text of words) {
        if (text !== '' && !map.has(text)) map.set(text, map.size);
        assert.equal(code(text), text === '' ? -1 : map.get(text));
      }
      assert.deepEqual(dictionary.words(), [...map.keys()]);
    }),
  );
});

test('keeps every word while it grows', () => {
  const { dictionary, code } = coder();
  for (let i = 0; i < 20_000; i++) assert.equal(code(`147.32.${i >> 8}.${i & 255}`), i);
  for (let i = 0; i < 20_000; i++) assert.equal(code(`147.32.${i >> 8}.${i & 255}`), i);
  assert.equal(dictionary.words()[19_999], `147.32.${19_999 >> 8}.${19_999 & 255}`);
});

test('words whose slots collide past the limit are still told apart', () => {
  const { dictionary, code } = coder();
  // Words of 16 equal bytes and a tail, whose hashes are searched for one low half.
  const bucket: string[] = [];
  const seen = new Map<number, string[]>();
  for (let i = 0; bucket.length < 90; i++) {
    const word = `w${i}`;
    const bytes = Buffer.alloc(16);
    bytes.write(word);
    let hash = Math.imul(
      bytes.readInt32LE(0) ^ Math.imul(bytes.readInt32LE(8), 0x27d4eb2f),
      0x85ebca6b,
    );
    const rest = bytes.readInt32LE(4) ^ Math.imul(bytes.readInt32LE(12), 0x165667b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ rest, 0xc2b2ae35);
    const slot = (hash ^ (hash >>> 16)) & 1023;
    const list = seen.get(slot) ?? [];
    list.push(word);
    seen.set(slot, list);
    if (list.length >= 90) bucket.push(...list);
  }
  const all = [...bucket, ...Array.from({ length: 3000 }, (_, i) => `other${i}`)];
  for (const [i, word] of all.entries()) assert.equal(code(word), i);
  for (const [i, word] of all.entries()) assert.equal(code(word), i);
  assert.deepEqual(dictionary.words(), all);
});

test('bytes that are not UTF-8 are kept one by one', () => {
  const dictionary = new ByteDictionary();
  const bytes = Buffer.alloc(32);
  bytes.set([0xff, 0x41], 0);
  dictionary.code(new DataView(bytes.buffer, bytes.byteOffset, 32), bytes, 0, 2);
  assert.deepEqual(dictionary.words(), ['\xffA']);
});
