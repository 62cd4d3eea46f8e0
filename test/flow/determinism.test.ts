import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import { FlowBatch, Meter } from '../../src/flow/index.ts';
import {
  arp,
  decodeFrames,
  ether,
  ip,
  ipv4,
  metered,
  type TestFrame,
  tcp,
  u16,
  udp,
} from './packets.ts';

/** Traffic of all kinds between few hosts, with clashes, restarts and fragments. */
function traffic(seed: number, count: number): TestFrame[] {
  const random = new Random(seed);
  const host = (): string => `10.0.0.${1 + random.int(12)}`;
  const flags = ['S', 'SA', 'A', 'PA', 'FA', 'R', 'RA', '', 'FPU', 'SEC'];
  let time = 100_000;
  return Array.from({ length: count }, () => {
    time += random.exponential(0.5);
    const port = 1000 + random.int(4);
    switch (random.int(6)) {
      case 0:
        return ip(time, ipv4(host(), host(), 17, udp(port, 53, u16(random.int(3)))));
      case 1:
        return ip(time, ipv4(host(), host(), 1, [random.int(20), random.int(4), 0, 0, 0, 1, 0, 2]));
      case 2:
        return arp(time, 1 + random.int(2), host(), host());
      case 3: {
        const offset = random.int(2) * 0x2000 + random.int(3);
        return ip(
          time,
          ipv4(host(), host(), 17, udp(1, 2, [1, 2, 3, 4]), { id: random.int(5), offset }),
        );
      }
      default: {
        const numbers = [random.uint32(), random.uint32()] as const;
        return ip(time, ipv4(host(), host(), 6, tcp(port, 80, flags[random.int(10)]!, numbers)));
      }
    }
  });
}

test('the hash seed changes no row and no order', () => {
  const frames = traffic(3, 3000);
  const options = { statusInterval: 60 };
  const first = metered(frames, { ...options, seed: 1 });
  for (const seed of [2, 0x7fffffff, -5]) {
    const again = metered(frames, { ...options, seed });
    assert.deepEqual(again.rows, first.rows);
    assert.deepEqual(again.reasons, first.reasons);
  }
  assert.ok(first.rows.length > 500);
});

test('every packet is counted in exactly one record, also when flows are evicted', () => {
  for (const maxFlows of [1_000_000, 40, 3, 1]) {
    const { rows, meter } = metered(traffic(4, 3000), { statusInterval: 30, maxFlows });
    const packets = rows.reduce((sum, row) => sum + Number(row.split(',')[11]), 0);
    assert.equal(packets + meter.stats.ignored, 3000);
    assert.ok(meter.stats.peakFlows <= maxFlows);
    assert.equal(meter.stats.records, rows.length);
  }
});

test('no bytes make the meter throw', () => {
  const random = new Random(5);
  const types = [0x0800, 0x86dd, 0x0806, 0x8035, 0x8100, 0x8847, 0x8864, 0x0003, 0x88be];
  const frames = Array.from({ length: 20_000 }, (_, i) => {
    const payload = Array.from({ length: random.int(90) }, () => random.int(256));
    if (random.int(2) === 0) payload[0] = random.int(2) === 0 ? 0x45 : 0x60;
    if (random.int(2) === 0) payload[9] = [1, 2, 6, 17, 47, 50, 51, 58][random.int(8)]!;
    const bytes = ether(1, 2, types[random.int(types.length)]!, payload);
    return { time: i / 100, bytes: bytes.slice(0, random.int(110)), wire: random.int(70_000) };
  });
  const { rows, meter } = metered(frames, { maxFlows: 500, statusInterval: 5 });
  assert.ok(rows.length > 1000);
  assert.equal(meter.stats.packets, 20_000);
  const packets = rows.reduce((sum, row) => sum + Number(row.split(',')[11]), 0);
  assert.equal(packets + meter.stats.ignored, 20_000);
});

test('one batch object is handed out again and again', () => {
  const seen = new Set<FlowBatch>();
  let ids = 0;
  const meter = new Meter({ batchRows: 16 }, (batch) => {
    seen.add(batch);
    assert.ok(batch instanceof FlowBatch && batch.length > 0 && batch.length <= 16);
    for (let row = 0; row < batch.length; row++) assert.equal(batch.id[row], ++ids);
  });
  decodeFrames(traffic(6, 400), (packet) => meter.add(packet));
  meter.finish();
  assert.equal(seen.size, 1);
  assert.equal(ids, meter.stats.records);
});
