import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, hex, ipv4, join, last, odd, udp } from '../build.ts';

const ADDRESSES = '020000000001 020000000002 020000000003';
const IP = ipv4(17, udp([1, 2], hex('61')));
const WLAN = join('0802 0000', ADDRESSES, '0000 aaaa03 000000 0800', IP);
const QOS_PADDED = join('8802 0000', ADDRESSES, '0000 0000 0000 aaaa03 000000 0800', IP);

test('radiotap: flags behind the time and behind more presence words', () => {
  const heads = [
    '00 00 0900 02000000 10',
    '00 00 1100 03000000 0000000000000000 10',
    '00 00 1900 03000080 00000000 00000000 0000000000000000 10',
  ];
  for (const head of heads) {
    const packet = decode(join(head, WLAN, 'deadbeef'), 127);
    assert.deepEqual([packet.ipCount, odd(packet)], [1, []], head);
    assert.equal(last(packet).dataLength, 1);
  }
});

test('the check sequence is dropped, so a lying IP length is seen', () => {
  const long = Uint8Array.from(WLAN);
  long[24 + 8 + 3] += 2;
  const packet = decode(join('00 00 0900 02000000 10', long, 'deadbeef'), 127);
  assert.deepEqual(odd(packet), ['ipv4_length', 'udp_trailing']);
});

test('radiotap: a padded header', () => {
  const packet = decode(join('00 00 0900 02000000 20', QOS_PADDED), 127);
  assert.deepEqual([packet.ipCount, odd(packet)], [1, []]);
});

test('PPI: other links, and the check sequence of its 802.11 field', () => {
  assert.equal(decode(join('00 00 0800 01000000', new Uint8Array(12), '0800', IP), 192).ipCount, 1);
  const common = '0200 1400 0000000000000000 0100 0000 00000000 00000000';
  const packet = decode(join('00 00 2000 69000000', common, WLAN, 'deadbeef'), 192);
  assert.deepEqual([packet.ipCount, odd(packet)], [1, []]);
  assert.deepEqual(odd(decode(hex('00 00 0800 93000000 00'), 192)), ['link_type_unsupported']);
});

test('AVS in the place of Prism', () => {
  assert.equal(decode(join('80211001 0000000c 00000000', WLAN), 119).ipCount, 1);
});

test('headers that are not sound', () => {
  assert.deepEqual(odd(decode(join('01 00 0800 00000000', WLAN), 127)), ['radio_malformed']);
  assert.deepEqual(odd(decode(join('00 00 0400 00000000', WLAN), 127)), ['radio_malformed']);
  assert.deepEqual(odd(decode(join('00 00 0400 69000000', WLAN), 192)), ['radio_malformed']);
  assert.deepEqual(odd(decode(join('80211001 00000004', WLAN), 163)), ['radio_malformed']);
  assert.deepEqual(odd(decode(hex('00 00 ff00 00000000'), 127)), ['link_malformed']);
  assert.deepEqual(odd(decode(hex('00 00 ff00 00000000'), 127, 400)), ['link_truncated']);
  assert.deepEqual(odd(decode(hex('44000000'), 119)), ['link_malformed']);
});

test('PPI: the 802.11 field is found behind another, and is not taken from the frame', () => {
  const other = '0400 0400 aabbccdd';
  const common = '0200 1400 0000000000000000 0100 0000 00000000 00000000';
  const packet = decode(join('00 00 2800 69000000', other, common, WLAN, 'deadbeef'), 192);
  assert.deepEqual([packet.ipCount, odd(packet)], [1, []]);
  const sum = decode(join('00 00 2000 69000000', common, WLAN.subarray(0, 24 + 8 + 20)), 192);
  // The last four bytes count as check sequence, so the IP header is short of them.
  assert.deepEqual(odd(sum), ['ipv4_header']);
});

test('the smallest header of each kind is whole', () => {
  const beacon = hex('8000');
  assert.deepEqual(odd(decode(join('00 00 0800 00000000', beacon), 127)), []);
  assert.deepEqual(odd(decode(join('00 00 0800 69000000', beacon), 192)), []);
  assert.deepEqual(odd(decode(join('80211001 00000008', beacon), 163)), []);
  assert.deepEqual(odd(decode(join('44000000', new Uint8Array(140), beacon), 119)), []);
});
