import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemWord, RowEndpoints } from '../../../src/flow/windows/row-endpoints.ts';
import { batchOf, EPOCH, type Flow } from './flows.ts';

const SYN_ACK_RST = 22;

function load(flow: Partial<Flow>, change?: (batch: ReturnType<typeof batchOf>) => void) {
  const batch = batchOf([{ from: 0x0a000001, to: 0x0a000002, end: EPOCH, ...flow }]);
  change?.(batch);
  const ends = new RowEndpoints(1);
  ends.load(batch, 0);
  return ends;
}

test('no answer and a refusal fail, a reset after an answer does not', () => {
  assert.ok(!load({}).failed);
  assert.ok(load({ answered: false }).failed);
  assert.ok(load({}, (batch) => batch.responderFlags.fill(20)).failed);
  assert.ok(!load({}, (batch) => batch.responderFlags.fill(SYN_ACK_RST)).failed);
  assert.ok(!load({ protocol: 17 }, (batch) => batch.responderFlags.fill(4)).failed);
});

test('what is sent to many does not fail for want of an answer', () => {
  for (const to of [0xe0000001, 0xffffffff, 0x0a0000ff]) {
    assert.ok(!load({ to, answered: false }).failed);
  }
  for (const [length, first, many] of [
    [16, 0xff, true],
    [16, 0xfe, false],
    [6, 0x01, true],
    [6, 0x00, false],
  ] as const) {
    const ends = load({ answered: false }, (batch) => {
      batch.addressLength[0] = length;
      batch.addresses[16] = first;
    });
    assert.equal(ends.failed, !many);
  }
});

test('old bytes behind a short address are not part of it', () => {
  const clean = load({});
  const dirty = load({}, (batch) => batch.addresses.fill(0x55, 4, 16));
  assert.deepEqual(clean.words, dirty.words);
  assert.equal(clean.originator, dirty.originator);
});

test('ports of protocols, ICMP types and what is not IP are apart', () => {
  const icmp = (type: number) => load({ protocol: 1 }, (batch) => batch.icmpType.fill(type)).port;
  const arp = load({ protocol: 0, port: 0 }, (batch) => batch.etherType.fill(0x0806)).port;
  const all = [
    load({ port: 53 }).port,
    load({ port: 53, protocol: 17 }).port,
    icmp(8),
    icmp(3),
    arp,
  ];
  assert.equal(new Set(all).size, all.length);
});

test('every bit of an IPv6 address tells hosts apart; mixing is one to one', () => {
  const items = new Set<number>();
  for (let bit = 0; bit < 128; bit++) {
    items.add(
      load({}, (batch) => {
        batch.addressLength[0] = 16;
        batch.addresses[bit >> 3]! ^= 1 << (bit & 7);
      }).originator,
    );
  }
  assert.equal(items.size, 128);
  assert.equal(new Set(Array.from({ length: 10_000 }, (_, word) => itemWord(word))).size, 10_000);
});
