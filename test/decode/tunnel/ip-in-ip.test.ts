import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, ethernet, hex, ipv4, ipv6, odd, tcp, udp } from '../build.ts';

test('each inner header is a layer, up to the limit', () => {
  let packet = ipv4(6, tcp());
  for (let depth = 1; depth <= 8; depth++) {
    const decoded = decode(ethernet(0x0800, packet));
    assert.equal(decoded.ipCount, Math.min(depth, 4));
    assert.deepEqual(odd(decoded), depth > 4 ? ['tunnel_limit'] : []);
    packet = ipv4(4, packet);
  }
});

test('IPv6 within IPv4 within IPv6', () => {
  const packet = decode(ethernet(0x86dd, ipv6(4, ipv4(41, ipv6(6, tcp())))));
  assert.deepEqual(
    packet.ip.slice(0, 3).map((layer) => layer.version),
    [6, 4, 6],
  );
});

test('a first fragment shows the inner header, and why it is short', () => {
  const inner = ipv4(17, udp([7, 8], new Uint8Array(1000)));
  const first = ipv4(4, inner.subarray(0, 104), { fragment: 0x2000 });
  const packet = decode(ethernet(0x0800, first));
  assert.deepEqual([odd(packet), packet.ipCount], [['carrier_fragment'], 2]);
  assert.deepEqual([packet.ip[1].sourcePort, packet.ip[1].dataLength], [7, 1000]);
});

test('EtherIP that is too short', () => {
  assert.deepEqual(odd(decode(ethernet(0x0800, ipv4(97, hex('30'))))), ['tunnel_malformed']);
});
