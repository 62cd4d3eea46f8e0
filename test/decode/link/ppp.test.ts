import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be16, decode, ethernet, hex, ipv4, ipv6, join, last, odd, tcp, udp } from '../build.ts';

const TCP = ipv4(6, tcp());

test('a PPPoE session leads to IP, its length cuts the padding', () => {
  const small = ipv4(17, udp([1, 2], hex('')));
  const frame = ethernet(
    0x8864,
    '1100 1234',
    be16(small.length + 2),
    '0021',
    small,
    '00'.repeat(9),
  );
  const packet = decode(frame);
  assert.deepEqual([packet.pppoeSession, packet.etherType, packet.network], [0x1234, 0x0800, 'ip']);
  assert.deepEqual([last(packet).payloadLength, odd(packet)], [8, []]);
});

test('PPPoE discovery and PPP control are other', () => {
  const discovery = decode(ethernet(0x8863, '1109 0000 0004 01010000'));
  assert.deepEqual([discovery.network, discovery.etherType], ['other', 0x8863]);
  const control = decode(ethernet(0x8864, '1100 0001 0006 c021 01010004'));
  assert.deepEqual([control.network, control.ipCount, odd(control)], ['other', 0, []]);
});

test('PPPoE that contradicts itself', () => {
  assert.deepEqual(odd(decode(ethernet(0x8864, '2100 0001 0006 0021'))), ['pppoe_malformed']);
  const long = decode(ethernet(0x8864, '1100 0001 0fff 0021', TCP));
  assert.deepEqual([odd(long), long.ipCount], [['pppoe_malformed'], 1]);
});

test('PPP with and without address, control and compression', () => {
  for (const head of ['ff030021', '0021', 'ff0321', '21']) {
    assert.equal(decode(join(head, TCP), 9).ipCount, 1, head);
  }
  assert.equal(last(decode(join('0057', ipv6(6, tcp())), 9)).version, 6);
  assert.equal(decode(join('ff030281 00064140', TCP), 9).mplsLabel, 100);
  assert.deepEqual(odd(decode(hex('ff'), 9)), []);
  assert.deepEqual(odd(decode(hex('ff0300'), 9)), ['link_malformed']);
});

test('Cisco HDLC, on its own type and among PPP', () => {
  for (const linkType of [104, 50])
    assert.equal(decode(join('0f000800', TCP), linkType).ipCount, 1);
  assert.equal(decode(hex('8f008035 00000001'), 104).network, 'arp');
  assert.equal(decode(hex('8f008038 00000001'), 104).network, 'other');
  assert.deepEqual(odd(decode(hex('0f000001 00'), 104)), ['link_malformed']);
});

test('Cisco HDLC in a capture that says PPP', () => {
  for (const head of ['0f000800', '8f000800']) {
    const packet = decode(join(head, TCP), 9);
    assert.deepEqual([packet.ipCount, packet.etherType, odd(packet)], [1, 0x0800, []], head);
  }
});
