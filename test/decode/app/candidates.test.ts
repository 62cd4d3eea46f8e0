import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { NO } from '../../../src/decode/app/analyser.ts';
import { candidatesFor, leftBy } from '../../../src/decode/app/candidates.ts';
import { isToldDatagram, isToldSegment } from '../../../src/decode/index.ts';
import { bytesOf } from './dialogue.ts';

const NOBODY = { bytes: new Uint8Array(0), start: 0, end: 0 };

test('the usual protocol of a port comes first, the responder before the originator', () => {
  assert.equal(candidatesFor(6, 40_000, 22).list[0]!.name, 'ssh');
  assert.equal(candidatesFor(6, 22, 80).list[0]!.name, 'http');
  assert.equal(candidatesFor(17, 53, 40_000).list[0]!.name, 'dns');
  assert.equal(candidatesFor(6, 40_000, 40_001).usual, 0);
});

test('what a first byte rules out, no bytes behind it bring back', () => {
  const random = new Random(3);
  for (const port of [80, 23, 443, 502, 40_000]) {
    const candidates = candidatesFor(6, 40_001, port);
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from({ length: 1 + random.int(40) }, () =>
        random.int(3) === 0 ? 32 + random.int(95) : random.int(256),
      );
      const here = { bytes, start: 0, end: bytes.length };
      const fromOriginator = random.int(2) === 0;
      const left = leftBy(candidates, fromOriginator, bytes[0]!);
      candidates.list.forEach((protocol, index) => {
        if ((left & (1 << index)) !== 0) return;
        const usual = index < candidates.usual;
        const verdict = fromOriginator
          ? protocol.recognise(here, NOBODY, usual)
          : protocol.recognise(NOBODY, here, usual);
        assert.equal(verdict, NO, `${protocol.name} ${Buffer.from(bytes).toString('hex')}`);
      });
    }
  }
});

test('beginnings of known protocols are told, others are not', () => {
  assert.ok(isToldSegment(40_000, 40_001, true, 'G'.charCodeAt(0)));
  assert.ok(isToldSegment(40_000, 40_001, true, 22));
  const query = Buffer.from('000101000001000000000000016103636f6d0000010001', 'hex');
  assert.ok(isToldDatagram(40_000, 53, true, query, 0, query.length));
  const noise = bytesOf('\xff'.repeat(30));
  assert.ok(!isToldDatagram(40_000, 40_001, true, noise, 0, noise.length));
});
