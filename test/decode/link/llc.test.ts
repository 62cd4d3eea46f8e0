import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, ethernet, ipv4, MARGIN, odd, tcp } from '../build.ts';

test('access points of a spanning tree frame', () => {
  const packet = decode(ethernet(3, '424203'));
  assert.deepEqual([packet.network, packet.llcDsap, packet.llcSsap], ['llc', 0x42, 0x42]);
  assert.deepEqual([packet.etherType, packet.networkOffset], [0, MARGIN + 14]);
});

test('SNAP with an EtherType goes on, with a vendor number it does not', () => {
  const inner = ipv4(6, tcp());
  for (const oui of ['000000', '0000f8']) {
    const packet = decode(ethernet(8 + inner.length, 'aaaa03', oui, '0800', inner));
    assert.deepEqual([packet.network, packet.etherType, packet.ipCount], ['ip', 0x0800, 1]);
  }
  const cisco = decode(ethernet(8, 'aaaa03 00000c 2000'));
  assert.deepEqual([cisco.network, cisco.llcDsap, odd(cisco)], ['llc', 0xaa, []]);
});

test('too few bytes for LLC or SNAP', () => {
  assert.deepEqual(odd(decode(ethernet(2, '4242'))), ['link_malformed']);
  assert.deepEqual(odd(decode(ethernet(5, 'aaaa03 0000'))), ['link_malformed']);
  assert.deepEqual(odd(decode(ethernet(60, 'aaaa03 0000'), 1, 74)), ['link_truncated']);
});
