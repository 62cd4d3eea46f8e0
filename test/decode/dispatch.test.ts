import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import type { Packet } from '../../src/decode/index.ts';
import { decode, ethernet, ipv4, join, odd, udp } from './build.ts';

const PORTS = [2152, 3544, 4789, 5072, 6081, 8472];
const over = (port: number, ...parts: (Uint8Array | string)[]): Packet =>
  decode(ethernet(0x0800, ipv4(17, udp([50000, port], join(...parts)))));

test('random payloads on tunnel ports leave the outer packet as it is', () => {
  const random = new Random(7);
  for (let i = 0; i < 4000; i++) {
    const payload = Uint8Array.from({ length: 1 + random.int(120) }, () => random.int(256));
    // Not 4754 and 6635: first bits of GRE and MPLS labels can be anything.
    const port = PORTS[random.int(PORTS.length)];
    const packet = over(port, payload);
    assert.equal(packet.ip[0].destinationPort, port);
    assert.deepEqual(
      odd(packet).filter((name) => !name.startsWith('tcp_')),
      [],
    );
  }
});
