import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildExamples } from '../../examples/make.ts';
import { openCaptureBytes } from '../../src/capture/index.ts';
import { createDecoder, Packet } from '../../src/decode/index.ts';
import { type Alert, createDetection } from '../../src/detect/index.ts';
import { Meter } from '../../src/flow/index.ts';

const built = buildExamples();
const truth = JSON.parse(Buffer.from(built.get('truth.json')!).toString()) as {
  benign: string[];
  attackers: Record<string, string[]>;
  victims: string[];
};

async function alertsOf(name: string): Promise<Alert[]> {
  const detection = createDetection({ version: '0' });
  const meter = new Meter({}, (batch) => detection.addBatch(batch));
  const decoder = createDecoder();
  const packet = new Packet();
  const source = await openCaptureBytes(built.get(name)!, name);
  await source.read((frame) => {
    decoder.decode(frame, packet);
    meter.add(packet);
  });
  meter.finish();
  assert.ok(source.frames > 10_000);
  return detection.finish();
}

test('the committed files are what the script makes', () => {
  for (const [name, bytes] of built) {
    const committed = readFileSync(new URL(`../../examples/${name}`, import.meta.url));
    assert.ok(committed.equals(bytes), `${name} differs: run npm run examples`);
  }
});

test('together they stay below 3 MB', () => {
  const total = [...built.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  assert.ok(total < 3e6, String(total));
});

test('the office at peace raises nothing', async () => {
  assert.deepEqual(await alertsOf('office.pcap'), []);
});

test('under attack, every attack is seen and nobody else is accused', async () => {
  const seen: Record<string, string[]> = {};
  for (const { host, kind, role } of await alertsOf('attack.pcap')) {
    assert.equal(role, 'source');
    (seen[host] ??= []).push(kind);
  }
  const sorted = (kinds: Record<string, string[]>) =>
    Object.entries(kinds)
      .map(([host, list]) => [host, [...list].sort()] as const)
      .sort();
  assert.deepEqual(sorted(seen), sorted(truth.attackers));
  for (const host of truth.benign) assert.ok(!(host in seen), host);
});
