import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Frame } from '../../src/capture/index.ts';
import { createDecoder, Packet } from '../../src/decode/index.ts';
import { CLOSE_REASONS, Meter, type MeterOptions } from '../../src/flow/index.ts';
import { A, address, B, ether, ipv4, tcp, udp } from './packets.ts';

const FIRST = 1_000e6;
const EVICTED = CLOSE_REASONS.indexOf('evicted');
const PORTS_AT = 34;
const SOURCE_AT = 26;
const ID_AT = 18;
const FRAGMENT_AT = 20;

/** A frame whose bytes are changed in place from packet to packet. */
function template(packet: number[]): Uint8Array {
  return Uint8Array.from(ether(1, 2, 0x0800, packet));
}

function put(bytes: Uint8Array, at: number, value: number, width: number): void {
  for (let i = 0; i < width; i++) bytes[at + i] = value >>> (8 * (width - 1 - i));
}

/** A record as these tests look at it. */
interface Row {
  readonly source: string;
  readonly port: number;
  readonly packets: number;
  readonly evicted: boolean;
}

/** Meters frames as they are made, and measures how long each quarter of them took. */
class Wire {
  readonly meter: Meter;
  /** Records of the ports asked for. */
  readonly rows: Row[] = [];
  readonly #decoder = createDecoder();
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  time = FIRST;
  evicted = 0;
  packets = 0;

  constructor(options: MeterOptions, kept: (port: number) => boolean) {
    this.#frame.linkType = 1;
    this.meter = new Meter(options, (batch) => {
      for (let row = 0; row < batch.length; row++) {
        const packets = batch.originatorPackets[row]! + batch.responderPackets[row]!;
        const evicted = batch.closeReason[row] === EVICTED;
        this.packets += packets;
        if (evicted) this.evicted++;
        const port = batch.originatorPort[row]!;
        if (!kept(port)) continue;
        const source = batch.addresses.subarray(row * 32, row * 32 + 4).join('.');
        this.rows.push({ source, port, packets, evicted });
      }
    });
  }

  send(bytes: Uint8Array): void {
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.start = 0;
    frame.end = bytes.length;
    frame.originalLength = bytes.length;
    frame.time = this.time;
    frame.number++;
    this.#decoder.decode(frame, this.#packet);
    this.meter.add(this.#packet);
  }

  /** Sends `count` packets in four quarters. @returns milliseconds of the first and of the last */
  flood(count: number, send: (i: number) => void): { first: number; last: number } {
    const quarter = count >> 2;
    const took: number[] = [];
    for (let part = 0; part < 4; part++) {
      const began = performance.now();
      for (let i = part * quarter; i < (part + 1) * quarter; i++) send(i);
      took.push(performance.now() - began);
    }
    return { first: took[0]!, last: took[3]! };
  }
}

/** Cost a packet may not grow with what came before; the first quarter also warms up the engine. */
function assertSteady({ first, last }: { first: number; last: number }): void {
  assert.ok(last < 4 * first + 50, `first quarter ${first} ms, last quarter ${last} ms`);
}

const MAX_FLOWS = 10_000;
/** Bytes a slot takes with its share of index and free list, at twice the size in use. */
const SLOT_BYTES = 2 * 400;
const CONVERSATIONS = 100;
/** Ports of the conversations that were there before the flood. */
const isOld = (port: number): boolean => port >= 20_000 && port < 20_000 + CONVERSATIONS;

/** One step of every conversation: a whole handshake, or data and its acknowledgement. */
function converse(wire: Wire, step: 'open' | 'data'): void {
  for (let i = 0; i < CONVERSATIONS; i++) {
    const port = 20_000 + i;
    const out = (flags: string): void => wire.send(template(ipv4(A, B, 6, tcp(port, 443, flags))));
    const back = (flags: string): void => wire.send(template(ipv4(B, A, 6, tcp(443, port, flags))));
    if (step === 'open') {
      out('S');
      back('SA');
      out('A');
    } else {
      out('PA');
      back('A');
    }
  }
}

/** What the table may hold, and what every conversation must still have: one record, not evicted. */
function assertBounded(wire: Wire, packetsEach: number): void {
  const { stats } = wire.meter;
  assert.ok(stats.peakFlows <= MAX_FLOWS, `${stats.peakFlows} flows at once`);
  assert.ok(stats.tableBytes <= MAX_FLOWS * SLOT_BYTES, `${stats.tableBytes} bytes`);
  const old = wire.rows.filter(({ port }) => isOld(port));
  assert.equal(old.length, CONVERSATIONS, 'one record a conversation');
  assert.ok(old.every(({ packets }) => packets === packetsEach));
  assert.ok(!old.some(({ evicted }) => evicted));
}

describe('a SYN flood from a million addresses', () => {
  const flood = (
    answer: string | undefined,
    count: number,
  ): { wire: Wire; pace: { first: number; last: number } } => {
    const wire = new Wire({ maxFlows: MAX_FLOWS }, isOld);
    converse(wire, 'open');
    const syn = template(ipv4('1.0.0.0', B, 6, tcp(1024, 80, 'S')));
    const reply = template(ipv4(B, '1.0.0.0', 6, tcp(80, 1024, answer ?? 'SA')));
    const pace = wire.flood(count, (i) => {
      wire.time += 10;
      put(syn, SOURCE_AT, 0x0b00_0000 + i, 4);
      put(syn, PORTS_AT, 1024 + (i & 0x3fff), 2);
      wire.send(syn);
      if (!answer) return;
      put(reply, SOURCE_AT + 4, 0x0b00_0000 + i, 4);
      put(reply, PORTS_AT + 2, 1024 + (i & 0x3fff), 2);
      wire.send(reply);
    });
    converse(wire, 'data');
    wire.meter.finish();
    return { wire, pace };
  };

  it('unanswered: the flood pushes out its own flows, and each leaves a record', () => {
    const { wire, pace } = flood(undefined, 1_000_000);
    assertBounded(wire, 5);
    assertSteady(pace);
    const { stats } = wire.meter;
    assert.equal(stats.flows, 1_000_000 + CONVERSATIONS);
    assert.equal(stats.records, stats.flows, 'not one of them is lost');
    assert.equal(stats.evicted, stats.flows - MAX_FLOWS);
    assert.equal(stats.evictedOneWay, stats.evicted);
    assert.equal(wire.evicted, stats.evicted);
    assert.equal(wire.packets, stats.packets);
  });

  for (const answer of ['SA', 'RA']) {
    it(`answered with ${answer}: half-open flows go before conversations`, () => {
      const { wire, pace } = flood(answer, 100_000);
      assertBounded(wire, 5);
      assertSteady(pace);
      assert.equal(wire.packets, wire.meter.stats.packets);
    });
  }
});

describe('a flood of fragments', () => {
  const COUNT = 400_000;
  /** @param change sets the i-th packet; it begins as the first fragment of a UDP datagram */
  const flood = (
    change: (bytes: Uint8Array, i: number) => void,
    data = 64,
  ): { wire: Wire; pace: { first: number; last: number } } => {
    const wire = new Wire({ maxFlows: MAX_FLOWS }, isOld);
    converse(wire, 'open');
    const bytes = template(ipv4('11.0.0.1', B, 17, udp(7, 9, new Array(data).fill(0))));
    put(bytes, FRAGMENT_AT, 0x2000, 2);
    const pace = wire.flood(COUNT, (i) => {
      wire.time += 10;
      change(bytes, i);
      wire.send(bytes);
    });
    converse(wire, 'data');
    wire.meter.finish();
    return { wire, pace };
  };
  const check = ({ wire, pace }: ReturnType<typeof flood>): void => {
    assertBounded(wire, 5);
    assertSteady(pace);
    assert.equal(wire.packets, wire.meter.stats.packets, 'every packet is in some record');
  };

  it('first fragments of one flow, never completed', () => {
    check(flood((bytes, i) => put(bytes, ID_AT, i, 2)));
  });

  it('first fragments from as many addresses', () => {
    check(
      flood((bytes, i) => {
        put(bytes, SOURCE_AT, 0x0b00_0000 + i, 4);
        put(bytes, ID_AT, i, 2);
      }),
    );
  });

  it('later fragments whose first never comes', () => {
    check(
      flood((bytes, i) => {
        put(bytes, ID_AT, i, 2);
        put(bytes, SOURCE_AT, 0x0b00_0000 + (i >>> 16), 4);
        put(bytes, FRAGMENT_AT, 0x2000 | (1 + (i % 100)), 2);
      }),
    );
  });

  it('overlapping fragments of the same datagram', () => {
    check(flood((bytes, i) => put(bytes, FRAGMENT_AT, 0x2000 | (i % 3), 2)));
  });

  it('tiny ones: eight bytes each', () => {
    check(
      flood((bytes, i) => {
        put(bytes, ID_AT, i >>> 4, 2);
        put(bytes, FRAGMENT_AT, 0x2000 | (i & 15), 2);
      }, 0),
    );
  });

  it('the later fragment first, so that trains tie themselves to one flow', () => {
    check(
      flood((bytes, i) => {
        put(bytes, ID_AT, i >>> 1, 2);
        put(bytes, FRAGMENT_AT, 0x2000 | (i % 2 === 0 ? 100 : 0), 2);
      }),
    );
  });
});

describe('trains of fragments on one flow', () => {
  /** Milliseconds for 16,000 first fragments behind `tied` pairs of a later and its first fragment. */
  const pace = (tied: number): number => {
    const wire = new Wire({ maxFlows: 100_000 }, isOld);
    const bytes = template(ipv4('11.0.0.1', B, 17, udp(7, 9, new Array(64).fill(0))));
    const send = (id: number, offset: number): void => {
      put(bytes, ID_AT, id, 2);
      put(bytes, FRAGMENT_AT, 0x2000 | offset, 2);
      wire.time += 1;
      wire.send(bytes);
    };
    for (let id = 0; id < tied; id++) {
      send(id, 100);
      send(id, 0);
    }
    const began = performance.now();
    for (let id = tied; id < tied + 16_000; id++) send(id, 0);
    return performance.now() - began;
  };

  it('are few, whatever the order they begin in: no packet walks a long list', () => {
    // The engine compiles the path on the first of these.
    pace(1000);
    const short = pace(64);
    const long = pace(40_000);
    assert.ok(long < 4 * short + 50, `${short} ms behind 64 trains, ${long} ms behind 40,000`);
  });
});

describe('established flows alone', () => {
  it('fill the table: the one that began first leaves, with a record that says why', () => {
    const wire = new Wire({ maxFlows: 10 }, isOld);
    converse(wire, 'open');
    wire.meter.finish();
    const { stats } = wire.meter;
    assert.equal(stats.evicted, CONVERSATIONS - 10);
    assert.equal(stats.evictedOneWay, 0);
    assert.equal(wire.evicted, stats.evicted);
    assert.deepEqual(
      wire.rows.map(({ source, port, evicted }) => [source, port, evicted]),
      Array.from({ length: CONVERSATIONS }, (_, i) => {
        return [address(A).join('.'), 20_000 + i, i < stats.evicted];
      }),
    );
  });
});
