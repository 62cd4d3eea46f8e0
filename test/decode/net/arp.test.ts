import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, ethernet, hex, ipv4, join, MARGIN, odd } from '../build.ts';

const REQUEST = '0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002';

test('an ARP request with all four addresses', () => {
  const packet = decode(ethernet(0x0806, REQUEST));
  assert.deepEqual([packet.network, packet.arpOperation], ['arp', 1]);
  assert.equal(packet.arpSenderMacOffset, MARGIN + 22);
  assert.equal(packet.arpSenderIpOffset, MARGIN + 28);
  assert.equal(packet.arpTargetMacOffset, MARGIN + 32);
  assert.equal(packet.arpTargetIpOffset, MARGIN + 38);
});

test('RARP is read the same way', () => {
  const packet = decode(ethernet(0x8035, REQUEST.replace('0001 0200', '0003 0200')));
  assert.deepEqual([packet.network, packet.etherType, packet.arpOperation], ['arp', 0x8035, 3]);
});

test('a message cut in the middle keeps what is there', () => {
  const whole = ethernet(0x0806, REQUEST);
  const packet = decode(whole.subarray(0, 34), 1, 60);
  assert.deepEqual(odd(packet), ['arp_truncated']);
  assert.equal(packet.arpSenderIpOffset, MARGIN + 28);
  assert.equal(packet.arpTargetIpOffset, -1);
  assert.deepEqual(odd(decode(whole.subarray(0, 34))), ['arp_malformed']);
});

test('addresses of other lengths are left out', () => {
  const packet = decode(ethernet(0x0806, '0001 0800 08 10 0002', hex('00'.repeat(48))));
  assert.deepEqual([packet.arpOperation, packet.arpSenderMacOffset], [2, -1]);
  assert.deepEqual(odd(packet), []);
});

test('ARP inside a tunnel does not take the place of the outer packet', () => {
  const inner = ethernet(0x0806, REQUEST);
  const packet = decode(ethernet(0x0800, ipv4(47, join('0000 6558', inner))));
  assert.deepEqual([packet.network, packet.arpOperation, packet.ipCount], ['ip', 0, 1]);
});
