import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4Text, ipv6Text, macText, parseAddress } from '../../src/base/index.ts';

test('IPv6 text follows RFC 5952', () => {
  const text = (address: string): string => ipv6Text(parseAddress(address)!, 0);
  assert.equal(text('2001:db8:0:0:0:0:2:1'), '2001:db8::2:1');
  assert.equal(text('2001:db8:0:1:1:1:1:1'), '2001:db8:0:1:1:1:1:1', 'one zero is not shortened');
  assert.equal(text('2001:0:0:1:0:0:0:1'), '2001:0:0:1::1', 'the longer run is shortened');
  assert.equal(text('2001:db8:0:0:1:0:0:1'), '2001:db8::1:0:0:1', 'the first of equal runs');
  assert.equal(text('0:0:0:0:0:0:0:0'), '::');
  assert.equal(text('FE80::1:0'), 'fe80::1:0');
});

test('an IPv6 address goes to text and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = ipv6Text(bytes, 0);
      assert.ok(isIPv6(text));
      assert.deepEqual(parseAddress(text), bytes);
    }),
  );
});

test('parseAddress accepts just what node:net accepts, zones aside', () => {
  const piece = fc.constantFrom('0', '1', '255', '256', '01', 'ff', '::', ':', '.', 'g', '1.2.3.4');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const text = pieces.join(':').replaceAll(':.', '.').replaceAll('.:', '.');
      if (/(^|\.)0\d/.test(text)) return;
      assert.equal(parseAddress(text) !== undefined, isIPv4(text) || isIPv6(text), text);
    }),
    { numRuns: 500 },
  );
});

test('IPv4 and MAC text read from an offset', () => {
  const bytes = Uint8Array.of(9, 192, 168, 0, 1, 2, 3, 0xff);
  assert.equal(ipv4Text(bytes, 1), '192.168.0.1');
  assert.equal(macText(bytes, 2), 'a8:00:01:02:03:ff');
});
