import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { Frame } from '../../../src/capture/index.ts';
import { createDecoder, Packet } from '../../../src/decode/index.ts';
import {
  ArgusCsv,
  Meter,
  MeterBurst,
  TrackerBurst,
  ZeekTracker,
  ZeekTsv,
} from '../../../src/flow/index.ts';
import { type Fields, ipPacket } from './build.ts';

const START = 1_700_000_000_000_000;
const WORDS = ['', '', 'GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\nabc', '\x16\x03\x01', 'x'];
const FLAGS = ['S', 'SA', 'A', 'A', 'PA', 'PA', 'F', 'FA', 'R', 'FR', 'SF', 'UA'];

function anyFields(random: Random): Fields {
  const turned = random.int(2) === 1;
  const data = WORDS[random.int(WORDS.length)]!;
  const kind = random.int(10);
  return {
    from: turned ? 2 : 1,
    to: turned ? 1 : 2,
    sourcePort: turned ? 80 : 1000 + random.int(12),
    destinationPort: turned ? 1000 + random.int(12) : 80,
    protocol: kind < 6 ? 6 : kind < 9 ? 17 : 1,
    flags: FLAGS[random.int(FLAGS.length)]!,
    sequence: random.int(40),
    acknowledgement: random.int(40),
    window: random.int(20) === 0 ? 0 : 512,
    data: kind === 8 ? ipv6Text(random) : data,
    bad: random.int(30) === 0,
    badHeader: random.int(60) === 0,
    ...(random.int(25) === 0 ? { fragment: [8 * random.int(3), random.int(2) === 1] } : {}),
  };
}

/** What looks like Teredo, or nearly so. */
function ipv6Text(random: Random): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes.set([random.int(3) === 0 ? 0 : 0x60, 0, 0, 0, 0, random.int(2) * 8, 59, 1, 0x20, 1]);
  return bytes;
}

/** Ethernet frames behind each other in one buffer, as a reader has them; some cut, some of another kind. */
function frames(random: Random, count: number): Frame[] {
  const bytes = new Uint8Array(count * 256);
  let time = START;
  return Array.from({ length: count }, (_, i) => {
    const packet = ipPacket(anyFields(random));
    const at = i * 256;
    bytes.set([8, 0], at + 12);
    bytes.set(packet, at + 14);
    if (random.int(40) === 0) bytes.set([0x86, 0xdd], at + 12);
    time += random.int(50) === 0 ? random.int(90e6) : random.int(1e5);
    const frame = new Frame();
    const captured = random.int(8) === 0 ? 14 + random.int(packet.length + 1) : 14 + packet.length;
    return Object.assign(frame, {
      bytes,
      start: at,
      end: at + captured,
      originalLength: 14 + packet.length - (random.int(50) === 0 ? 3 : 0),
      time,
      number: i + 1,
      linkType: 1,
    });
  });
}

function tracked(options: object): { tracker: ZeekTracker; text: () => string } {
  const tsv = new ZeekTsv();
  let text = '';
  const tracker = new ZeekTracker(options, (batch) => {
    text += tsv.write(batch);
  });
  return { tracker, text: () => text };
}

test('a burst gives what decoding and adding one by one gives, whatever the frames', () => {
  for (const [seed, options] of [{}, { ignoreChecksums: true }, { maxFlows: 5 }].entries()) {
    const all = frames(new Random(31 + seed), 4000);
    const one = tracked(options);
    const decoder = createDecoder();
    const packet = new Packet();
    for (const frame of all) {
      decoder.decode(frame, packet);
      one.tracker.add(packet);
    }
    one.tracker.finish();
    const many = tracked(options);
    const counting = createDecoder();
    const burst = new TrackerBurst(many.tracker, counting);
    all.forEach((frame, i) => {
      burst.add(frame);
      if (i % 777 === 0) burst.flush();
    });
    burst.flush();
    many.tracker.finish();
    assert.ok(one.text().length > 10_000);
    assert.equal(many.text(), one.text());
    const { tableBytes: _, ...stats } = many.tracker.stats;
    const { tableBytes: __, ...expected } = one.tracker.stats;
    assert.deepEqual(stats, expected);
    assert.equal(counting.packets, decoder.packets);
    assert.deepEqual(counting.anomalies, decoder.anomalies);
  }
});

test('fragments, URG and all that is not plain are shown as packets; plain frames are not', () => {
  const all = frames(new Random(5), 500);
  let shown = 0;
  const { tracker } = tracked({});
  const burst = new TrackerBurst(tracker, createDecoder(), {
    uncounted: true,
    onPacket: (packet) => {
      shown++;
      assert.ok(packet.linkType === 1);
    },
  });
  for (const frame of all) burst.add(frame);
  burst.flush();
  assert.ok(shown > 100 && shown < 400, `${shown} of 500`);
});

test('beside a meter, frames are read once and everybody gets what he would alone', () => {
  for (const withPackets of [true, false]) {
    const all = frames(new Random(77), 4000);
    const seen = (beside: boolean) => {
      const csv = new ArgusCsv();
      let rows = '';
      const meter = new Meter({}, (batch) => {
        rows += new TextDecoder().decode(csv.write(batch));
      });
      const { tracker, text } = tracked({ ignoreChecksums: true });
      const decoder = createDecoder();
      const shown: string[] = [];
      const follower = new TrackerBurst(tracker, createDecoder(), {
        uncounted: true,
        ...(withPackets
          ? {
              onPacket: ({ number, time, ipCount }) =>
                void shown.push([number, time, ipCount].join()),
            }
          : {}),
      });
      const burst = new MeterBurst(meter, decoder, beside ? follower : undefined);
      all.forEach((frame, i) => {
        burst.add(frame);
        if (!beside) follower.add(frame);
        if (i % 777 !== 0) return;
        burst.flush();
        follower.flush();
      });
      burst.flush();
      follower.flush();
      meter.finish();
      tracker.finish();
      const { packets, anomalies } = decoder;
      return { rows, text: text(), shown, packets, anomalies, stats: { ...meter.stats } };
    };
    const together = seen(true);
    assert.deepEqual(together, seen(false));
    assert.ok(together.rows.length > 10_000 && together.text.length > 10_000);
    assert.equal(together.packets, all.length);
    assert.equal(together.shown.length > 1000, withPackets);
  }
});
