import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, ethernet, hex, ipv4, ipv6, odd, tcp } from '../build.ts';

const INNER = ethernet(0x0800, ipv4(6, tcp()));

test('labels, and the type behind them', () => {
  const packet = decode(ethernet(0x8847, '0001a040 00c8e17f', ipv6(6, tcp())));
  assert.deepEqual([packet.mplsCount, packet.mplsLabel], [2, 26]);
  assert.deepEqual([packet.network, packet.etherType, packet.ipCount], ['ip', 0x86dd, 1]);
});

test('an Ethernet pseudowire with and without control word', () => {
  for (const control of ['', '00000000', '00000017']) {
    const packet = decode(ethernet(0x8847, '00064140', control, INNER));
    assert.deepEqual([packet.network, packet.ipCount, odd(packet)], ['ip', 1, []], control);
  }
});

test('an address that begins like an IP version is not taken for one', () => {
  const frame = Uint8Array.from(INNER);
  frame[0] = 0x40;
  const packet = decode(ethernet(0x8847, '00064140', frame));
  assert.deepEqual([packet.ipCount, odd(packet)], [1, []]);
});

test('an associated channel is other', () => {
  const packet = decode(ethernet(0x8847, '0000d1ff 10000021', ipv4(6, tcp())));
  assert.deepEqual([packet.network, packet.ipCount, odd(packet)], ['other', 0, []]);
});

test('a stack without bottom is given up', () => {
  const packet = decode(ethernet(0x8847, hex('00064040'.repeat(60))));
  assert.deepEqual([odd(packet), packet.mplsCount], [['mpls_limit'], 16]);
  assert.deepEqual(odd(decode(ethernet(0x8847, '00064040 0006'))), ['link_malformed']);
});
