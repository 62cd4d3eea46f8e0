import assert from 'node:assert/strict';
import { test } from 'node:test';
import { data, decode, ethernet, hex, ipv4, ipv6, join, last, odd, tcp } from '../build.ts';

test('an echo request has identifier and sequence', () => {
  const packet = decode(ethernet(0x0800, ipv4(1, hex('0800 0000 1234 0005 6162'))));
  const layer = last(packet);
  assert.deepEqual([layer.icmpType, layer.icmpCode], [8, 0]);
  assert.deepEqual([layer.icmpIdentifier, layer.icmpSequence], [0x1234, 5]);
  assert.deepEqual([data(packet), layer.dataLength], ['ab', 2]);
  assert.deepEqual([layer.sourcePort, layer.destinationPort], [0, 0]);
});

test('an error has no identifier, and the packet it quotes is no tunnel', () => {
  const quoted = ipv4(6, tcp());
  const packet = decode(ethernet(0x0800, ipv4(1, join('0303 0000 1234 0005', quoted))));
  assert.equal(packet.ipCount, 1);
  assert.deepEqual([last(packet).icmpType, last(packet).icmpCode], [3, 3]);
  assert.deepEqual([last(packet).icmpIdentifier, last(packet).icmpSequence], [0, 0]);
});

test('ICMPv6 echo and neighbour solicitation', () => {
  const echo = last(decode(ethernet(0x86dd, ipv6(58, hex('8100 0000 0102 0304')))));
  assert.deepEqual([echo.icmpType, echo.icmpIdentifier, echo.icmpSequence], [129, 0x102, 0x304]);
  const solicitation = last(
    decode(ethernet(0x86dd, ipv6(58, join('8700 0000 0102 0304', new Uint8Array(16))))),
  );
  assert.deepEqual([solicitation.icmpType, solicitation.icmpIdentifier], [135, 0]);
});

test('type and code are kept when the rest is missing', () => {
  const whole = ethernet(0x0800, ipv4(1, hex('0800 0000 1234 0005 6162')));
  const cut = decode(whole.subarray(0, 39), 1, whole.length);
  assert.deepEqual(odd(cut), ['ip_payload_truncated', 'icmp_truncated']);
  assert.deepEqual(
    [last(cut).hasTransport, last(cut).icmpType, last(cut).dataLength],
    [true, 8, 2],
  );
  const short = decode(ethernet(0x0800, ipv4(1, hex('0303 0000'))));
  assert.deepEqual([odd(short), last(short).icmpCode], [['icmp_header'], 3]);
  assert.equal(last(decode(ethernet(0x0800, ipv4(1, hex('0303'))))).hasTransport, false);
});

test('every type with an identifier, and none besides', () => {
  for (const [protocol, types] of [
    [1, [0, 8, 13, 14, 15, 16, 17, 18]],
    [58, [128, 129]],
  ] as const) {
    for (let type = 0; type < 256; type++) {
      const message = join(Uint8Array.of(type), '00 0000 1234 0005');
      const layer = last(decode(ethernet(0x0800, ipv4(protocol, message))));
      const expected = types.some((known) => known === type) ? [0x1234, 5] : [0, 0];
      assert.deepEqual([layer.icmpIdentifier, layer.icmpSequence], expected, `${protocol} ${type}`);
    }
  }
});
