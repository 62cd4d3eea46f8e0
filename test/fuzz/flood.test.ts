import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createPcapWriter } from '../../src/capture/index.ts';
import { readModels } from '../../src/cli/model-path.ts';
import { CLOSE_REASONS, HostWindows } from '../../src/flow/index.ts';
import { detectCaptures, meterCaptures, type SegmentSummary } from '../../src/pipeline.ts';
import { address, B, ether, ipv4, tcp, u16, u32, udp } from '../flow/packets.ts';

/** `WIRESIFT_FLOOD=1000000` floods with as many sources; the default keeps the test short. */
const SOURCES = Number(process.env['WIRESIFT_FLOOD'] ?? 100_000);
const MAX_FLOWS = 1000;
const TALKERS = 100;
const EVICTED = CLOSE_REASONS.indexOf('evicted');
const TALK_PORT = 443;
const SOURCE_AT = 26;
const ID_AT = 18;
const PORTS_AT = 34;

const folder = mkdtempSync(join(tmpdir(), 'wiresift-flood-'));
after(() => rmSync(folder, { recursive: true }));

/** Writes a capture: conversations begin, the flood comes, the conversations go on. */
function capture(name: string, flood: (send: (bytes: Uint8Array) => void) => void): string {
  const path = join(folder, name);
  const writer = createPcapWriter({ path, linkType: 1 });
  let time = Date.UTC(2026, 0, 5, 9) * 1000;
  const send = (bytes: Uint8Array): void => writer.write(bytes, (time += 10));
  const frame = (packet: number[]): void => send(Uint8Array.from(ether(1, 2, 0x0800, packet)));
  for (let i = 0; i < TALKERS; i++) {
    const from = `10.0.${1 + (i >> 7)}.${(i & 127) + 1}`;
    frame(ipv4(from, B, 6, tcp(20_000 + i, TALK_PORT, 'S', [100, 0])));
    frame(ipv4(B, from, 6, tcp(TALK_PORT, 20_000 + i, 'SA', [300, 101])));
    frame(ipv4(from, B, 6, tcp(20_000 + i, TALK_PORT, 'A', [101, 301])));
    frame(ipv4(from, B, 6, tcp(20_000 + i, TALK_PORT, 'PA', [101, 301], [1, 2, 3])));
    frame(ipv4(B, from, 6, tcp(TALK_PORT, 20_000 + i, 'PA', [301, 104], [4, 5])));
  }
  flood(send);
  for (let i = 0; i < TALKERS; i++) {
    const from = `10.0.${1 + (i >> 7)}.${(i & 127) + 1}`;
    frame(ipv4(from, B, 6, tcp(20_000 + i, TALK_PORT, 'FA', [104, 303])));
    frame(ipv4(B, from, 6, tcp(TALK_PORT, 20_000 + i, 'FA', [303, 105])));
    frame(ipv4(from, B, 6, tcp(20_000 + i, TALK_PORT, 'A', [105, 304])));
  }
  writer.close();
  return path;
}

const put = (bytes: Uint8Array, at: number, values: readonly number[]): void => {
  bytes.set(values, at);
};

const SYNS = capture('syn.pcap', (send) => {
  const syn = Uint8Array.from(ether(1, 2, 0x0800, ipv4('1.0.0.0', B, 6, tcp(1024, 80, 'S'))));
  for (let i = 0; i < SOURCES; i++) {
    put(syn, SOURCE_AT, u32(0x0b00_0000 + i));
    put(syn, PORTS_AT, u16(1024 + (i & 0x3fff)));
    send(syn);
  }
});

/** First fragments whose rest never comes, then later ones whose first never came. */
const FRAGMENTS = capture('fragments.pcap', (send) => {
  const data = [...udp(7, 9, [1, 2, 3, 4, 5, 6, 7, 8])];
  const first = ipv4('1.0.0.0', B, 17, data, { offset: 0x2000 });
  const later = ipv4('1.0.0.0', B, 17, data, { offset: 0x2040 });
  const [one, two] = [first, later].map((packet) => Uint8Array.from(ether(1, 2, 0x0800, packet)));
  for (let i = 0; i < SOURCES; i++) {
    const bytes = i % 2 === 0 ? one! : two!;
    put(bytes, SOURCE_AT, u32(0x0c00_0000 + i));
    put(bytes, ID_AT, u16(i));
    send(bytes);
  }
});

/** What all views said of a flood, and of the conversations in it. */
interface Seen {
  readonly segment: SegmentSummary;
  readonly argus: { packets: number; evicted: boolean }[];
  readonly zeek: { packets: number; state: number }[];
  readonly kdd: number;
  readonly windows: HostWindows;
}

/** All three views and host windows over one pass. */
async function seeAll(path: string): Promise<Seen> {
  const argus: Seen['argus'] = [];
  const zeek: Seen['zeek'] = [];
  let kdd = 0;
  let segment: SegmentSummary | undefined;
  const windows = new HostWindows({ maxHosts: MAX_FLOWS });
  await meterCaptures([path], {
    meter: { maxFlows: MAX_FLOWS },
    tracker: { maxFlows: MAX_FLOWS, ignoreChecksums: true },
    onBatch(batch) {
      windows.observe(batch);
      for (let row = 0; row < batch.length; row++) {
        if (batch.responderPort[row] !== TALK_PORT) continue;
        const packets = batch.originatorPackets[row]! + batch.responderPackets[row]!;
        argus.push({ packets, evicted: batch.closeReason[row] === EVICTED });
      }
    },
    onConns(conns) {
      for (let row = 0; row < conns.length; row++) {
        if (conns.responderPort[row] !== TALK_PORT) continue;
        const packets = conns.originatorPackets[row]! + conns.responderPackets[row]!;
        zeek.push({ packets, state: conns.state[row]! });
      }
    },
    onKdd(rows) {
      for (let row = 0; row < rows.length; row++) {
        if (rows.connections.responderPort[row] === TALK_PORT) kdd++;
      }
    },
    onSegment: (summary) => {
      segment = summary;
    },
  });
  return { segment: segment!, argus, zeek, kdd, windows };
}

function assertConversations({ argus, zeek, kdd }: Seen): void {
  assert.deepEqual(argus, Array(TALKERS).fill({ packets: 8, evicted: false }));
  assert.deepEqual(
    zeek.map(({ packets }) => packets),
    Array(TALKERS).fill(8),
  );
  assert.equal(new Set(zeek.map(({ state }) => state)).size, 1, 'all end alike');
  assert.equal(kdd, TALKERS);
}

/** Both tables stay within what --max-flows allows. */
function assertBounded({ segment, windows }: Seen): void {
  const { meter, tracker } = segment;
  assert.ok(meter!.peakFlows <= MAX_FLOWS && meter!.tableBytes < 2 * 1024 * 1024);
  assert.ok(tracker!.peakConnections <= MAX_FLOWS && tracker!.tableBytes < 4 * 1024 * 1024);
  assert.ok(windows.stats.hosts <= MAX_FLOWS);
}

test('a SYN flood: all views keep the conversations, bound their memory and count evictions', async () => {
  const seen = await seeAll(SYNS);
  assertConversations(seen);
  assertBounded(seen);
  const { meter, tracker, kdd } = seen.segment;
  assert.equal(meter!.records, SOURCES + TALKERS);
  assert.equal(meter!.evicted, SOURCES + TALKERS - MAX_FLOWS);
  assert.equal(meter!.evictedOneWay, meter!.evicted);
  assert.equal(tracker!.records, SOURCES + TALKERS);
  assert.equal(tracker!.evicted, SOURCES + TALKERS - MAX_FLOWS);
  assert.equal(kdd!.connections, SOURCES + TALKERS);
  assert.ok(seen.windows.stats.evicted > 0);
});

test('a flood of fragments: the same, and what was given up is counted', async () => {
  const seen = await seeAll(FRAGMENTS);
  assertConversations(seen);
  assertBounded(seen);
  const { meter, tracker } = seen.segment;
  assert.ok(meter!.evicted >= SOURCES / 2 - MAX_FLOWS);
  assert.equal(meter!.evictedOneWay, meter!.evicted);
  assert.equal(tracker!.fragments, SOURCES);
  assert.ok(tracker!.lostDatagrams > 0);
});

test('every alert raised in a flood tells the evictions by reason', async () => {
  const [found] = await detectCaptures([SYNS], { meter: { maxFlows: MAX_FLOWS } });
  assert.ok(found!.alerts.length > 0);
  assert.ok(found!.alerts.some(({ host }) => host === address(B).join('.')));
  const { evicted, evictedOneWay } = found!.segment.meter!;
  for (const { coverage } of found!.alerts) {
    assert.equal(coverage.complete, false);
    assert.deepEqual([coverage.evictedFlows, coverage.evictedOneWay], [evicted, evictedOneWay]);
  }
});

test('and what the views of its models lost, by reason, too', async () => {
  const models = readModels([]).filter(({ name }) => name === 'ton-iot-threat');
  const tracker = { maxFlows: MAX_FLOWS, maxStreams: 8, ignoreChecksums: true };
  const [found] = await detectCaptures([SYNS], {
    meter: { maxFlows: MAX_FLOWS },
    tracker,
    models,
  });
  const { evicted, unread } = found!.segment.tracker!;
  assert.ok(evicted > 0 && unread > 0);
  assert.ok(found!.alerts.length > 0);
  for (const { coverage } of found!.alerts) {
    assert.deepEqual([coverage.evictedConnections, coverage.unreadConnections], [evicted, unread]);
  }
});
