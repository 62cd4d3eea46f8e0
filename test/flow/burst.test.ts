import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import { Frame, openCapture } from '../../src/capture/index.ts';
import { createDecoder, Packet } from '../../src/decode/index.ts';
import { ArgusCsv, Meter, MeterBurst, type MeterOptions } from '../../src/flow/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';
import { ip, ipv4, type TestFrame, tcp, u16, udp } from './packets.ts';

/** Mostly plain traffic between few hosts, with what needs the decoder strewn in. */
function traffic(seed: number, count: number): TestFrame[] {
  const random = new Random(seed);
  const host = (): string => `10.0.0.${1 + random.int(6)}`;
  const flags = ['S', 'SA', 'A', 'A', 'A', 'PA', 'FA', 'R', 'SF', ''];
  let time = 100_000;
  return Array.from({ length: count }, () => {
    time += random.exponential(20);
    const port = 1000 + random.int(4);
    const tos = random.int(3);
    switch (random.int(8)) {
      case 0:
        return ip(time, ipv4(host(), host(), 17, udp(port, 53, u16(random.int(3))), { tos }));
      case 1:
        return ip(time, ipv4(host(), host(), 1, [8, 0, 0, 0, 0, 1, 0, random.int(3)]));
      case 2: {
        const offset = random.int(2) * 0x2000 + random.int(2);
        const fields = { id: random.int(5), offset };
        return ip(time, ipv4(host(), host(), 17, udp(1, 2, [1, 2, 3, 4]), fields));
      }
      default: {
        const numbers = [random.int(2000), random.int(2000)] as const;
        const segment = tcp(port, 80, flags[random.int(10)]!, numbers, [1, 2]);
        return ip(time, ipv4(host(), host(), 6, segment, { tos }));
      }
    }
  });
}

/** All frames behind each other in one buffer, as a capture's window holds them. */
function frames(list: readonly TestFrame[]): Frame[] {
  const bytes = Uint8Array.from(list.flatMap((frame) => frame.bytes));
  let at = 0;
  return list.map(({ time, bytes: own }, index) => {
    const frame = new Frame();
    frame.bytes = bytes;
    frame.start = at;
    at += own.length;
    frame.end = at;
    frame.originalLength = own.length;
    frame.time = Math.round(time * 1e6);
    frame.linkType = 1;
    frame.number = index + 1;
    return frame;
  });
}

class Run {
  readonly decoder = createDecoder();
  readonly #csv = new ArgusCsv();
  readonly #hash = createHash('sha256');
  readonly meter: Meter;

  constructor(options: MeterOptions) {
    this.meter = new Meter(options, (batch) => {
      this.#hash.update(this.#csv.write(batch)).update(batch.closeReason.subarray(0, batch.length));
      this.#hash.update(new Uint8Array(batch.anomalyLow.slice(0, batch.length).buffer));
    });
  }

  finish(): unknown {
    this.meter.finish();
    const { packets, anomalies } = this.decoder;
    return [this.#hash.digest('hex'), { ...this.meter.stats }, packets, [...anomalies]];
  }
}

test('a burst gives what packet by packet gives, also when flows are evicted and expire', () => {
  for (const maxFlows of [1_000_000, 20, 1]) {
    const list = frames(traffic(8, 20_000));
    const options = { maxFlows, statusInterval: 90 };
    const single = new Run(options);
    const packet = new Packet();
    for (const frame of list) {
      single.decoder.decode(frame, packet);
      single.meter.add(packet);
    }
    const burst = new Run(options);
    const feed = new MeterBurst(burst.meter, burst.decoder);
    for (const frame of list) feed.add(frame);
    feed.flush();
    assert.deepEqual(burst.finish(), single.finish());
    assert.ok(single.meter.stats.records > 1000);
  }
});

function captures(): string[] {
  const root = sharedPath('data', 'pcap');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .map((name) => `${root}/${name}`)
    .filter((path) => statSync(path).size < 200_000);
}

test('the same over real captures', { skip: sharedMissing }, async () => {
  const paths = captures();
  for (const path of paths) {
    const single = new Run({});
    const packet = new Packet();
    await (await openCapture(path)).read((frame) => {
      single.decoder.decode(frame, packet);
      single.meter.add(packet);
    });
    const burst = new Run({});
    const feed = new MeterBurst(burst.meter, burst.decoder);
    const source = await openCapture(path, { chunkBytes: 5000 });
    await source.read(
      (frame) => feed.add(frame),
      undefined,
      async () => feed.flush(),
    );
    assert.deepEqual(burst.finish(), single.finish(), path);
  }
  assert.ok(paths.length > 50, `${paths.length} captures`);
});
