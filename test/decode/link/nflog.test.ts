import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, hex, ipv4, ipv6, join, le16, MARGIN, odd, tcp } from '../build.ts';

const payload = (bytes: Uint8Array): Uint8Array => join(le16(bytes.length + 4), '0900', bytes);

test('attributes are passed until the payload; the hardware address is noted', () => {
  const address = '1000 0800 0006 0000 020000000001 0000';
  const packet = decode(
    join('02 00 0000 0600 0a00 6869 0000', address, payload(ipv4(6, tcp()))),
    239,
  );
  assert.deepEqual([packet.ipCount, odd(packet)], [1, []]);
  assert.equal(packet.sourceMacOffset, MARGIN + 12 + 8);
  assert.equal(decode(join('0a 00 0000', payload(ipv6(6, tcp()))), 239).ip[0].version, 6);
});

test('a payload past the frame, an attribute of no length, none at all', () => {
  assert.deepEqual(odd(decode(hex('02000000 ff00 0900 45'), 239)), ['link_malformed']);
  assert.deepEqual(odd(decode(hex('02000000 0000 0a00 45'), 239)), ['link_malformed']);
  assert.deepEqual(odd(decode(hex('02000000 0400 0a00'), 239)), []);
  assert.deepEqual(odd(decode(hex('0200'), 239, 30)), ['link_truncated']);
});
