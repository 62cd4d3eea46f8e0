import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be16, decode, hex, ipv4, join, last, MARGIN, odd, tcp } from '../build.ts';

const LLC = join('aaaa03 000000 0800', ipv4(6, tcp()));
const THREE = '020000000001 020000000002 020000000003';
const frame = (control: string, ...rest: (Uint8Array | string)[]): Uint8Array =>
  join(control, '0000', THREE, '0000', ...rest);

test('where the addresses stand depends on the direction', () => {
  const places: [string, string, number, number][] = [
    ['0800', '', 4, 10],
    ['0801', '', 16, 10],
    ['0802', '', 4, 16],
    ['0803', '020000000004', 16, 24],
  ];
  for (const [control, fourth, destination, source] of places) {
    const packet = decode(frame(control, fourth, LLC), 105);
    assert.deepEqual(
      [packet.destinationMacOffset - MARGIN, packet.sourceMacOffset - MARGIN, packet.ipCount],
      [destination, source, 1],
      control,
    );
  }
});

test('management, control and empty data frames are nothing, without being odd', () => {
  for (const control of ['8000', '4000', 'd400', 'b400', '4801', 'c801']) {
    const packet = decode(frame(control, '0000'), 105);
    assert.deepEqual([packet.network, odd(packet)], ['none', []], control);
  }
  assert.deepEqual(odd(decode(hex('d400 0000 020000000001'), 105)), []);
});

test('what cannot be followed is named', () => {
  assert.deepEqual(odd(decode(frame('0841', new Uint8Array(30)), 105)), ['wlan_protected']);
  const later = decode(join('0801 0000', THREE, '0100', LLC), 105);
  assert.deepEqual(odd(later), ['wlan_fragment']);
  const first = decode(frame('0805', LLC.subarray(0, 50)), 105);
  assert.deepEqual([odd(first), first.ipCount], [['carrier_fragment'], 1]);
});

test('an aggregate gives its first frame', () => {
  const subframe = join('020000000005 020000000006', be16(LLC.length), LLC);
  const alone = decode(frame('8801', '8000', subframe), 105);
  assert.deepEqual([alone.ipCount, odd(alone)], [1, []]);
  assert.equal(alone.sourceMacOffset, MARGIN + 26 + 6);
  const two = decode(frame('8801', '8000', subframe, '00', subframe), 105);
  assert.deepEqual([two.ipCount, odd(two)], [1, ['wlan_amsdu']]);
  assert.equal(last(two).dataLength, 3);
});

test('a header cut or sent short', () => {
  assert.deepEqual(odd(decode(hex('0801 0000'), 105, 60)), ['link_truncated']);
  assert.deepEqual(odd(decode(hex('08'), 105)), ['link_malformed']);
});
