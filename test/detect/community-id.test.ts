import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAddress } from '../../src/base/index.ts';
import { communityIdOfWords, protocolName } from '../../src/detect/community-id.ts';
import { FlowRow } from '../../src/detect/flow-row.ts';
import { communityId } from '../../src/detect/index.ts';
import { batchOf } from './flows.ts';

type Case = [number, string, string, number, number, string, string];

// Values of the specification's own baselines: protocol, endpoints, id with seed 0, id with seed 1.
const PUBLISHED: Case[] = [
  [
    6,
    '128.232.110.120',
    '66.35.250.204',
    34855,
    80,
    'LQU9qZlK+B5F3KDmev6m5PMibrg=',
    '3V71V58M3Ksw/yuFALMcW0LAHvc=',
  ],
  [
    6,
    '66.35.250.204',
    '128.232.110.120',
    80,
    34855,
    'LQU9qZlK+B5F3KDmev6m5PMibrg=',
    '3V71V58M3Ksw/yuFALMcW0LAHvc=',
  ],
  [
    6,
    '10.0.0.1',
    '10.0.0.2',
    10,
    11569,
    'SXBGMX1lBOwhhoDrZynfROxnhnM=',
    'HmBRGR+fUyXF4t8WEtal7Y0gEAo=',
  ],
  [
    17,
    '192.168.1.52',
    '8.8.8.8',
    54585,
    53,
    'd/FP5EW3wiY1vCndhwleRRKHowQ=',
    'Q9We8WO3piVF8yEQBNJF4uiSVrI=',
  ],
  [
    132,
    '192.168.170.8',
    '192.168.170.56',
    7,
    80,
    'jQgCxbku+pNGw8WPbEc/TS/uTpQ=',
    'Y1/0jQg6e+I3ZwZZ9LP65DNbTXU=',
  ],
  [
    1,
    '192.168.0.89',
    '192.168.0.1',
    8,
    0,
    'X0snYXpgwiv9TZtqg64sgzUn6Dk=',
    '03g6IloqVBdcZlPyX8r0hgoE7kA=',
  ],
  [
    1,
    '192.168.0.1',
    '192.168.0.89',
    0,
    8,
    'X0snYXpgwiv9TZtqg64sgzUn6Dk=',
    '03g6IloqVBdcZlPyX8r0hgoE7kA=',
  ],
  [
    1,
    '192.168.0.89',
    '192.168.0.1',
    20,
    0,
    '3o2RFccXzUgjl7zDpqmY7yJi8rI=',
    'lCXHHxavE1Vq3oX9NH5ladQg02o=',
  ],
  [
    1,
    '192.168.0.89',
    '192.168.0.1',
    20,
    1,
    'tz/fHIDUHs19NkixVVoOZywde+I=',
    'Ie3wmFyxiEyikbsbcO03d2nh+PM=',
  ],
  [
    58,
    'fe80::200:86ff:fe05:80da',
    'fe80::260:97ff:fe07:69ea',
    135,
    0,
    'dGHyGvjMfljg6Bppwm3bg0LO8TY=',
    'kHa1FhMYIT6Ym2Vm2AOtoOARDzY=',
  ],
  [
    58,
    'fe80::260:97ff:fe07:69ea',
    'fe80::200:86ff:fe05:80da',
    136,
    0,
    'dGHyGvjMfljg6Bppwm3bg0LO8TY=',
    'kHa1FhMYIT6Ym2Vm2AOtoOARDzY=',
  ],
  [
    58,
    '3ffe:507:0:1:260:97ff:fe07:69ea',
    '3ffe:507:0:1:200:86ff:fe05:80da',
    3,
    0,
    'NdobDX8PQNJbAyfkWxhtL2Pqp5w=',
    'OlOWx9psIbBFi7lOCw/4MhlKR9M=',
  ],
  [
    58,
    '3ffe:507:0:1:200:86ff:fe05:80da',
    '3ffe:507:0:1:260:97ff:fe07:69ea',
    3,
    0,
    '/OGBt9BN1ofenrmSPWYicpij2Vc=',
    'Ij4ZxnC87/MXzhOjvH2vHu7LRmE=',
  ],
  [
    46,
    '10.1.24.4',
    '10.1.12.1',
    0,
    0,
    '/nQI4Rh/TtY3mf0R2gJFBkVlgS4=',
    'BK3BVW3U2eemuwVQVN3zd/GULno=',
  ],
];

test('gives the ids of the published baselines', () => {
  for (const [protocol, from, to, sourcePort, destinationPort, first, second] of PUBLISHED) {
    const source = parseAddress(from)!;
    const destination = parseAddress(to)!;
    const tuple = { protocol, source, destination, sourcePort, destinationPort };
    assert.equal(communityId(tuple), `1:${first}`, `${protocol} ${from}`);
    assert.equal(communityId(tuple, 1), `1:${second}`, `${protocol} ${from}, seed 1`);
  }
});

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const port = fc.integer({ min: 0, max: 65535 });

test('is the same for both directions', () => {
  const sides = fc.oneof(fc.tuple(bytes(4), bytes(4)), fc.tuple(bytes(16), bytes(16)));
  const protocols = fc.constantFrom(6, 17, 132, 47);
  fc.assert(
    fc.property(sides, port, port, protocols, ([a, b], p, q, protocol) => {
      const there = { protocol, source: a, destination: b, sourcePort: p, destinationPort: q };
      const back = { protocol, source: b, destination: a, sourcePort: q, destinationPort: p };
      assert.equal(communityId(there, 7), communityId(back, 7));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('agrees with the hash input written out for one ordered flow', () => {
  const text = `${'0005'}${'0a000001'}${'0a000002'}${'06'}${'00'}${'0010'}${'0050'}`;
  const digest = createHash('sha1').update(Buffer.from(text, 'hex')).digest('base64');
  const source = parseAddress('10.0.0.1')!;
  const destination = parseAddress('10.0.0.2')!;
  const tuple = { protocol: 6, source, destination, sourcePort: 16, destinationPort: 80 };
  assert.equal(communityId(tuple, 5), `1:${digest}`);
});

test('reads a flow batch: TCP, IPv6 and ICMP echo', () => {
  const row = new FlowRow();
  const batch = batchOf([
    { from: '128.232.110.120', to: '66.35.250.204', at: 0, sourcePort: 34855, port: 80 },
    { from: '192.168.0.89', to: '192.168.0.1', at: 0, protocol: 'icmp' },
    {
      from: 'fe80::200:86ff:fe05:80da',
      to: 'fe80::260:97ff:fe07:69ea',
      at: 0,
      protocol: 'icmp6',
      type: 135,
    },
  ]);
  const ids = [0, 1, 2].map((i) => {
    row.load(batch, i);
    return communityIdOfWords(row.words, 0);
  });
  assert.deepEqual(ids, [
    '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
    '1:dGHyGvjMfljg6Bppwm3bg0LO8TY=',
  ]);
});

test('has no id for flows that are not IP', () => {
  const batch = batchOf([{ from: '10.0.0.1', to: '10.0.0.2', at: 0 }]);
  batch.protocol[0] = 0;
  const row = new FlowRow();
  row.load(batch, 0);
  assert.equal(communityIdOfWords(row.words, 0), undefined);
});

test('names protocols as Suricata does', () => {
  assert.deepEqual([6, 17, 1, 58, 132, 47, 0].map(protocolName), [
    'TCP',
    'UDP',
    'ICMP',
    'IPv6-ICMP',
    'SCTP',
    '047',
    'non-IP',
  ]);
});
