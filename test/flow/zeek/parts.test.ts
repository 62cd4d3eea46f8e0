import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress, Random } from '../../../src/base/index.ts';
import { IpLayer, NO_FACTS } from '../../../src/decode/index.ts';
import { hashWords } from '../../../src/flow/hash.ts';
import { sumWords } from '../../../src/flow/zeek/checksum.ts';
import { Histories, MAX_HISTORY } from '../../../src/flow/zeek/history.ts';
import { LocalNetworks, PRIVATE_NETWORKS } from '../../../src/flow/zeek/local.ts';
import { RareRows } from '../../../src/flow/zeek/rare.ts';
import { Stream, type StreamBudget } from '../../../src/flow/zeek/stream.ts';
import { ConnTable } from '../../../src/flow/zeek/table.ts';
import { tcpConnState, udpConnState } from '../../../src/flow/zeek/tcp-state.ts';
import { teredoPacket } from '../../../src/flow/zeek/teredo.ts';
import { uidText } from '../../../src/flow/zeek/uid.ts';
import { Wheel } from '../../../src/flow/zeek/wheel.ts';

const key = (i: number): Int32Array => Int32Array.of(4 | (17 << 8), i, i * 7, ~i);

test('the table finds what was added and not removed, through growth', () => {
  const table = new ConnTable(5000, 9);
  const random = new Random(3);
  const slots = new Map<number, number>();
  for (let step = 0; step < 20_000; step++) {
    const i = random.int(6000);
    const words = key(i);
    const hash = table.hash(words, 4);
    const known = slots.get(i);
    assert.equal(table.find(words, 4, hash), known ?? -1);
    if (known !== undefined) {
      table.remove(known);
      slots.delete(i);
    } else if (!table.full) slots.set(i, table.add(words, 4, hash));
  }
  assert.equal(table.count, slots.size);
});

/** All slots due by a time, three at a time so that buckets are taken out in parts. */
function takeAll(wheel: Wheel, time: number): number[] {
  const all: number[] = [];
  const some = new Int32Array(3);
  for (let count = wheel.takeMany(time, some); count > 0; count = wheel.takeMany(time, some)) {
    all.push(...some.subarray(0, count));
  }
  return all;
}

test('the wheel gives each slot once, after it was due and in time', () => {
  const table = new ConnTable(100, 1);
  const wheel = new Wheel(table);
  const dues: number[] = [];
  for (let i = 0; i < 50; i++) {
    const slot = table.add(key(i), 4, table.hash(key(i), 4));
    dues[slot] = 1e15 + i * 2.7e6;
    wheel.push(slot, dues[slot]!);
  }
  wheel.remove(7);
  const taken: number[] = [];
  for (let time = 1e15; time < 1e15 + 200e6; time += 1e6) {
    for (const slot of takeAll(wheel, time)) {
      assert.ok(time >= dues[slot]! && time - dues[slot]! < 3e6, `${slot} at ${time}`);
      taken.push(slot);
    }
  }
  assert.equal(taken.length, 49);
  assert.ok(!taken.includes(7));
});

test('the wheel outlives jumps in time and drains what is left', () => {
  const table = new ConnTable(10, 1);
  const wheel = new Wheel(table);
  for (let i = 0; i < 4; i++) wheel.push(table.add(key(i), 4, table.hash(key(i), 4)), i * 1e6);
  wheel.push(table.add(key(9), 4, table.hash(key(9), 4)), 1e15);
  const taken: number[] = [];
  taken.push(...takeAll(wheel, 9e14));
  const left: number[] = [];
  const some = new Int32Array(2);
  for (let count = wheel.takeLeft(some); count > 0; count = wheel.takeLeft(some)) {
    left.push(...some.subarray(0, count));
  }
  assert.deepEqual([...taken, ...left].sort(), [0, 1, 2, 3, 4]);
  assert.equal(wheel.takeSoonest(), -1);
});

test('a history is kept beyond the slot, but not without end', () => {
  const table = new ConnTable(2, 1);
  const histories = new Histories(table, new RareRows(table));
  const slot = table.add(key(1), 4, 5);
  for (let i = 0; i < 40; i++) histories.add(slot, i & 1, 65 + (i % 26));
  const text = histories.text(slot);
  assert.equal(text.slice(0, 18), 'AbCdEfGhIjKlMnOpQr');
  assert.equal(text.length, 40);
  for (let i = 0; i < 2 * MAX_HISTORY; i++) histories.add(slot, 0, 83);
  assert.equal(histories.text(slot).length, MAX_HISTORY);
  histories.forget(slot);
  assert.equal(histories.text(slot).length, 10);
});

test('checksums are those of RFC 1071', () => {
  const words = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  assert.equal(sumWords(words, 0, 8), 0xddf2);
  const random = new Random(5);
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, () => random.int(256));
    let sum = 0;
    for (let i = 0; i < length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    assert.equal(sumWords(bytes, 0, length), sum);
  }
  assert.equal(sumWords(new Uint8Array(65_535).fill(255), 0, 65_535), 0xff00);
});

test('conn_state has every word', () => {
  const end = (originator: number, responder: number, history = '', empty = true): string =>
    tcpConnState({ originator, responder, history, empty });
  assert.equal(end(6, 6), 'REJ');
  assert.equal(end(6, 6, '', false), 'RSTR');
  assert.equal(end(0, 6), 'RSTRH');
  assert.equal(end(6, 0, 'SR'), 'RSTOS0');
  assert.equal(end(6, 0, '^STDR'), 'RSTOS0');
  assert.equal(end(6, 0, 'SAR'), 'OTH');
  assert.equal(end(6, 0, 'R'), 'OTH');
  assert.equal(end(1, 4), 'OTH');
  assert.deepEqual(
    [udpConnState(true, true), udpConnState(true, false), udpConnState(false, true)],
    ['SF', 'S0', 'SHR'],
  );
  assert.equal(udpConnState(false, false), 'OTH');
});

test('local networks', () => {
  const local = new LocalNetworks(PRIVATE_NETWORKS);
  const is = (text: string): boolean => {
    const bytes = parseAddress(text)!;
    return local.has(bytes, 0, bytes.length);
  };
  for (const yes of ['10.1.2.3', '172.31.0.1', '255.255.255.255', 'fe80::1', '2001::5']) {
    assert.ok(is(yes), yes);
  }
  for (const no of ['8.8.8.8', '172.32.0.1', '224.2.127.254', '2001:470::1', 'ff02::fb']) {
    assert.ok(!is(no), no);
  }
  for (const bad of ['10.0.0.0', '10.0.0.0/33', 'x/8', '10.0.0.0/8/9']) {
    assert.throws(() => new LocalNetworks([bad]), { code: 'ZEEK_NETWORK' });
  }
});

test('uids are C and base 62', () => {
  assert.equal(uidText(0, 0, 61), 'Cz');
  assert.equal(uidText(0, 0, 62), 'C10');
  assert.match(uidText(0xffffffff, 0xffffffff, 0xffffffff), /^C[0-9A-Za-z]{17}$/);
  const words = Int32Array.of(1, 2, 3);
  assert.notEqual(hashWords(words, 0, 3, 1), hashWords(words, 0, 3, 2));
});

test('Teredo is told by its own addresses or indications, and by lengths that agree', () => {
  const packet = Buffer.alloc(48);
  packet[0] = 0x60;
  packet[5] = 8;
  packet.set([0x20, 1, 0, 0], 8);
  const layer = new IpLayer();
  layer.dataEnd = 48;
  assert.equal(teredoPacket(packet, layer), 0);
  layer.dataEnd = 47;
  assert.equal(teredoPacket(packet, layer), -1);
  layer.dataEnd = 48;
  packet[8] = 0x26;
  assert.equal(teredoPacket(packet, layer), -1);
  const origin = Buffer.concat([Buffer.alloc(8), packet]);
  layer.dataEnd = 56;
  assert.equal(teredoPacket(origin, layer), 8);
});

const plenty = (): StreamBudget => ({ bytes: 1e6, pieces: 1e6 });

/** Hands the bytes on as text, marks for gaps. */
function recorder() {
  const heard = { text: ['', ''], ended: 0, counted: 0 };
  const app = {
    data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
      const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
      heard.text[fromOriginator ? 0 : 1] += text;
    },
    gap(fromOriginator: boolean, length: number): void {
      heard.text[fromOriginator ? 0 : 1] += `<${length}>`;
    },
    end(): void {
      heard.ended++;
    },
    bodyLeft: () => heard.counted,
    service: 'test',
    facts: NO_FACTS,
    over: false,
    flipped: false,
  };
  return { heard, app };
}

test('pieces behind a hole come out in order, each byte once, the first content kept', () => {
  const { heard, app } = recorder();
  const stream = new Stream({ streamBytes: 100, heldBytes: 100 }, plenty(), app);
  const bytes = Buffer.from('abcdefghijklmnop');
  stream.hold(0, 9, 3, bytes, 8);
  stream.hold(0, 5, 3, bytes, 4);
  stream.hold(0, 4, 9, Buffer.from('123456789'), 0);
  assert.equal(stream.size(0), 9);
  assert.equal(stream.firstStart(0), 4);
  assert.equal(stream.drain(0, 4, 0), 13);
  assert.equal(heard.text[0], '1efg5ijk9');
  assert.equal(stream.firstStart(0), Number.POSITIVE_INFINITY);
});

test('a stream hands on so many bytes and holds so many, and no more', () => {
  const { heard, app } = recorder();
  const stream = new Stream({ streamBytes: 10, heldBytes: 4 }, plenty(), app);
  const bytes = Buffer.from('abcdefghijklmnop');
  stream.hold(1, 5, 4, bytes, 4);
  stream.hold(1, 9, 4, bytes, 8);
  stream.deliver(1, bytes, 0, 4, 0);
  assert.equal(stream.drain(1, 5, 0), 13);
  assert.equal(heard.text[1], 'abcdefgh<4>');
  stream.deliver(1, bytes, 0, 4, 0);
  assert.equal(heard.text[1], 'abcdefgh<4>', 'the limit is reached');
  stream.deliver(0, bytes, 0, 16, 0);
  assert.equal(heard.text[0], 'abcdefghij');
});

test('what is only counted is no part of the prefix', () => {
  const { heard, app } = recorder();
  const stream = new Stream({ streamBytes: 4, heldBytes: 4 }, plenty(), app);
  const bytes = Buffer.from('abcdefghijklmnop');
  stream.deliver(0, bytes, 0, 3, 0);
  heard.counted = 10;
  stream.deliver(0, bytes, 3, 9, 0);
  stream.gap(0, 4);
  assert.equal(heard.text[0], 'abcdefghi<4>');
  heard.counted = 2;
  stream.deliver(0, bytes, 9, 16, 0);
  const told = 'abcdefghi<4>jkl<4>';
  assert.equal(heard.text[0], told, 'two counted, one left of the prefix; the rest is a gap');
  heard.counted = 0;
  stream.deliver(0, bytes, 0, 16, 0);
  assert.equal(heard.text[0], told);
});

test('however a stream is cut and shuffled, it comes out as it was', () => {
  const random = new Random(21);
  for (let round = 0; round < 200; round++) {
    const { heard, app } = recorder();
    const budget = plenty();
    const stream = new Stream({ streamBytes: 1e6, heldBytes: 1e6 }, budget, app);
    const bytes = Uint8Array.from({ length: 60 }, (_, i) => 48 + i);
    const cuts = Array.from({ length: 12 }, () => random.int(60));
    let reached = 0;
    const feed = (start: number, end: number): void => {
      if (end <= reached) return;
      if (start <= reached) {
        stream.deliver(0, bytes, reached, end, 0);
        reached = stream.drain(0, end, 0);
      } else stream.hold(0, start, end - start, bytes, start);
    };
    for (const cut of cuts) feed(cut, Math.min(60, cut + 1 + random.int(12)));
    feed(0, 60);
    assert.equal(heard.text[0], Buffer.from(bytes).toString('latin1'));
    assert.deepEqual(budget, plenty(), 'all that was held is given back');
  }
});

test('streams share what they hold; past it pieces are forgotten, and clearing gives all back', () => {
  const { app } = recorder();
  const budget = { bytes: 5, pieces: 3 };
  const stream = new Stream({ streamBytes: 100, heldBytes: 100 }, budget, app);
  const bytes = Buffer.from('abcdefghijklmnop');
  for (const start of [2, 6, 10, 14]) stream.hold(0, start, 2, bytes, start);
  assert.equal(stream.size(0), 6);
  assert.deepEqual(budget, { bytes: 1, pieces: 0 });
  stream.clear(0);
  assert.deepEqual(budget, { bytes: 5, pieces: 3 });
});
