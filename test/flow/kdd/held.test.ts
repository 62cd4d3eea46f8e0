import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CONTENT_COLUMNS,
  KddConnections,
  KddEnds,
  SAID_ALL,
  SAID_LOGGED_IN,
  SAID_NOTHING,
} from '../../../src/flow/kdd/connections.ts';
import { END, type HeldRow, HeldRows, START } from '../../../src/flow/kdd/held.ts';

const connection = fc.record({
  start: fc.integer({ min: 0, max: 2 ** 50 }),
  lasts: fc.integer({ min: 0, max: 2 ** 40 }),
  protocol: fc.constantFrom(1, 6, 17, 58, 255),
  state: fc.integer({ min: 0, max: 255 }),
  ports: fc.tuple(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 65_535 })),
  same: fc.boolean(),
  version: fc.constantFrom(4, 16),
  addresses: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  bytes: fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()),
  said: fc.constantFrom(SAID_ALL, SAID_NOTHING, SAID_LOGGED_IN),
  content: fc.array(fc.nat(), { minLength: CONTENT_COLUMNS, maxLength: CONTENT_COLUMNS }),
  rest: fc.tuple(fc.nat(), fc.nat()),
});

type Case = typeof connection extends fc.Arbitrary<infer Value> ? Value : never;

function filled(each: Case): KddConnections {
  const one = new KddConnections(1);
  one.length = 1;
  one.start[0] = each.start;
  one.end[0] = each.start + each.lasts;
  one.protocol[0] = each.protocol;
  one.state[0] = each.state;
  one.originatorPort[0] = each.ports[0];
  one.responderPort[0] = each.same ? each.ports[0] : each.ports[1];
  one.addressLength[0] = each.version;
  for (let i = 0; i < each.version; i++) {
    one.addresses[i] = each.addresses[i]!;
    one.addresses[16 + i] = each.same ? each.addresses[i]! : each.addresses[16 + i]!;
  }
  [one.originatorBytes[0], one.responderBytes[0]] = each.bytes;
  one.said[0] = each.said;
  one.content.set(each.content);
  [one.wrongFragment[0], one.urgent[0]] = each.rest;
  return one;
}

/** The numbers before the windows' as they are defined. */
function expectedNumbers(each: Case): number[] {
  const icmp = each.protocol === 1 || each.protocol === 58;
  const { addresses, version, ports } = each;
  const from = addresses.subarray(0, version).join();
  const alike = from === addresses.subarray(16, 16 + version).join() && ports[0] === ports[1];
  const head = [Math.floor(each.lasts / 1e6), ...each.bytes, !icmp && (each.same || alike) ? 1 : 0];
  if (each.said === SAID_ALL) return [...head, ...each.rest, ...each.content];
  const content = new Array<number>(CONTENT_COLUMNS).fill(0);
  if (each.said === SAID_LOGGED_IN) content[2] = 1;
  return [...head, 0, 0, ...content];
}

test('rows come back as they were put, whatever lay there before', () => {
  const held = new HeldRows(3);
  const ends = new KddEnds(1);
  const numbers = new Float64Array(19);
  const row: HeldRow = {
    protocol: 0,
    state: 0,
    originatorPort: 0,
    responderPort: 0,
    host0: 0,
    host1: 0,
    host2: 0,
    host3: 0,
  };
  let last = 0;
  held.put(0, filled(fc.sample(connection, { numRuns: 1, seed: 1 })[0]!), 0);
  fc.assert(
    fc.property(connection, (each) => {
      const one = filled(each);
      const at = (last + 1) % 3;
      held.put(at, one, 0);
      held.release(last);
      last = at;
      assert.deepEqual([held.time(at, START), held.time(at, END)], [one.start[0], one.end[0]]);
      held.load(at, row);
      assert.deepEqual(
        [row.protocol, row.state, row.originatorPort, row.responderPort],
        [one.protocol[0], one.state[0], one.originatorPort[0], one.responderPort[0]],
      );
      const host = new Uint8Array(Int32Array.of(row.host0, row.host1, row.host2, row.host3).buffer);
      const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...one.addresses.subarray(16, 20)];
      assert.deepEqual([...host], each.version === 4 ? mapped : [...one.addresses.subarray(16)]);
      held.copyEnds(at, ends, 0);
      for (const name of ['start', 'end', 'protocol', 'state', 'addresses'] as const) {
        assert.deepEqual(ends[name], one[name]);
      }
      assert.deepEqual(
        [ends.originatorPort, ends.responderPort, ends.originatorBytes, ends.responderBytes],
        [one.originatorPort, one.responderPort, one.originatorBytes, one.responderBytes],
      );
      held.copyNumbers(at, numbers, 0);
      assert.deepEqual([...numbers], expectedNumbers(each));
    }),
    { numRuns: 300, seed: 9 },
  );
});

test('what few rows have takes room for those held, not for those seen', () => {
  const held = new HeldRows(2);
  const [each] = fc.sample(connection, { numRuns: 1, seed: 2 });
  const full = filled({ ...each!, version: 16, said: SAID_ALL });
  for (let i = 0; i < 1000; i++) {
    held.put(i & 1, full, 0);
    held.release(i & 1);
  }
  const bytes = held.bytes;
  for (let i = 0; i < 100_000; i++) {
    held.put(i & 1, full, 0);
    held.release(i & 1);
  }
  assert.equal(held.bytes, bytes);
});
