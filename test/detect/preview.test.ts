import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { readModelFile } from '../../src/cli/model-path.ts';
import {
  type Alert,
  alertKey,
  createDetection,
  type Detection,
  type DetectionOptions,
  type ModelFacts,
} from '../../src/detect/index.ts';
import { detectCaptures, type LoadedModel } from '../../src/pipeline.ts';
import { batchOf, many, REFUSED, SYN_ONLY, type TestFlow } from './flows.ts';

const MODEL: ModelFacts = {
  name: 'one',
  hash: 'abc123',
  className: 'botnet',
  threshold: 0.8,
  falsePositiveRate: 0.01,
  falsePositiveRateUpper: 0.015,
};
const explain = () => [{ feature: 'Dur', value: 1.5, contribution: 0.1 }];

/** A regular contact of one host, every minute. */
const beaconOf = (host: string, port = 4444, size = 500): TestFlow[] =>
  many(20, (i) => ({ from: host, to: '203.0.113.9', port, at: i * 60, bytes: [size, size] }));

/** Detects flows in batches of the sizes given, looking after each when asked. */
function detected(
  flows: readonly TestFlow[],
  {
    size,
    look,
    options = {},
  }: { size: number; look: boolean; options?: Partial<DetectionOptions> },
): { alerts: Alert[]; looks: Alert[][]; summary: unknown } {
  const detection = createDetection({ version: '1', models: [MODEL], ...options });
  const looks: Alert[][] = [];
  for (let at = 0; at < flows.length; at += size) {
    const piece = flows.slice(at, at + size);
    const scores = Float32Array.from(piece, ({ port }) => (port === 4444 ? 0.9 : 0.1));
    detection.addBatch(batchOf(piece, at + 1), [{ model: 0, scores, explain }]);
    if (look) looks.push(detection.preview());
  }
  const alerts = detection.finish();
  return { alerts, looks, summary: detection.summary };
}

/** In order of time, each with a port of its own, so that it is the same flow in any batch. */
const sorted = (flows: readonly TestFlow[]): TestFlow[] =>
  [...flows].sort((a, b) => a.at - b.at).map((flow, i) => ({ ...flow, sourcePort: 40_000 + i }));

const scan = many(60, (i) => ({
  from: '10.0.0.5',
  to: `10.0.1.${i}`,
  at: i * 2,
  port: 445,
  ...SYN_ONLY,
}));

test('alerts are there as soon as they can be judged, and grow', () => {
  const { alerts, looks } = detected(scan, { size: 10, look: true });
  assert.deepEqual(
    looks.map((seen) => seen.map(({ kind, flows }) => `${kind} ${flows}`)),
    [
      [],
      [],
      ['horizontal-scan 30'],
      ['horizontal-scan 40'],
      ['horizontal-scan 50'],
      ['horizontal-scan 60'],
    ],
  );
  assert.equal(alertKey(looks[2]![0]!), alertKey(alerts[0]!));
  assert.deepEqual(looks.at(-1), alerts, 'the last look is the end');
  assert.equal(looks[2]![0]!.flows, 30, 'what was given does not grow under the hand');
});

test('a beacon of one host is withdrawn once its server proves popular', () => {
  const others = ['10.0.0.6', '10.0.0.7'].flatMap((host) =>
    beaconOf(host, 443).map((flow) => ({ ...flow, at: flow.at + 700.5 })),
  );
  const { looks, alerts } = detected(sorted([...beaconOf('10.0.0.5', 443), ...others]), {
    size: 5,
    look: true,
  });
  const seen = looks.findIndex((look) => look.some(({ kind }) => kind === 'beacon'));
  assert.ok(seen > 0 && seen < looks.length - 1, `seen at ${seen} of ${looks.length}`);
  assert.deepEqual(alerts, []);
});

test('however often one looks, what follows is judged as if nobody had', () => {
  const attacks: TestFlow[][] = [
    scan,
    beaconOf('10.0.0.5'),
    beaconOf('10.0.0.6', 443, 300),
    many(400, (i) => ({
      from: '10.0.0.9',
      to: '10.0.0.1',
      at: 50 + i / 100,
      port: 80,
      ...SYN_ONLY,
    })),
    many(40, (i) => ({ from: '198.51.100.3', to: '10.0.0.2', at: i, port: 1000 + i, ...REFUSED })),
    many(50, (i) => ({ from: '10.0.0.8', to: '10.0.0.3', at: i * 3, port: 22 })),
  ];
  fc.assert(
    fc.property(
      fc.subarray(attacks, { minLength: 1 }),
      fc.integer({ min: 25, max: 200 }),
      // Tables too small for the traffic: eviction must not depend on looks either.
      fc.constantFrom({}, { evidence: 2, beacon: 8, hosts: 8 }),
      fc.constantFrom({}, { modelFlowsFloor: 2 }),
      (chosen, size, sizes, thresholds) => {
        const flows = sorted(chosen.flat());
        const options = { sizes, thresholds, minimumSeverity: 'low' } as const;
        const quiet = detected(flows, { size, look: false, options });
        const looked = detected(flows, { size, look: true, options });
        assert.deepEqual(looked.alerts, quiet.alerts);
        assert.deepEqual(looked.summary, quiet.summary);
        assert.deepEqual(looked.looks.at(-1), quiet.alerts);
        scouted(flows, size, options, quiet);
      },
    ),
    { numRuns: 10 },
  );
});

/** Looks with all flows that are still to come as if they were open: each time, the alerts of all. */
function scouted(
  flows: readonly TestFlow[],
  size: number,
  options: Partial<DetectionOptions>,
  whole: ReturnType<typeof detected>,
): void {
  const detection = createDetection({ version: '1', models: [MODEL], ...options });
  const add = (to: Detection, from: number, until: number): void => {
    const piece = flows.slice(from, until);
    const scores = Float32Array.from(piece, ({ port }) => (port === 4444 ? 0.9 : 0.1));
    to.addBatch(batchOf(piece, from + 1), [{ model: 0, scores, explain }]);
  };
  for (let at = 0; at < flows.length; at += size) {
    add(detection, at, at + size);
    const look = detection.preview((scout) => add(scout, at + size, flows.length));
    assert.deepEqual(look, whole.alerts);
  }
  assert.deepEqual(detection.finish(), whole.alerts);
  assert.deepEqual(detection.summary, whole.summary);
}

/** Alerts of a capture that comes in pieces, with looks or without. */
async function captured(
  bytes: Uint8Array,
  models: readonly LoadedModel[],
  look: boolean,
): Promise<{ alerts: readonly Alert[]; looks: Alert[][] }> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
    bytes.subarray(i * 65_536, (i + 1) * 65_536),
  );
  const looks: Alert[][] = [];
  const found = await detectCaptures(['-'], {
    models,
    capture: { stdin: Readable.from(pieces, { objectMode: false }) },
    async afterChunk({ early }) {
      if (look) looks.push(early());
    },
  });
  return { alerts: found.flatMap(({ alerts }) => alerts), looks };
}

test('a capture looked at after each piece gives the alerts of one that is not', async () => {
  const models = ['ctu13-botnet', 'ton-iot-threat'].map(readModelFile);
  for (const name of ['attack.pcap', 'office.pcap']) {
    const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
    const bytes = readFileSync(path);
    const quiet = await captured(bytes, models, false);
    const looked = await captured(bytes, models, true);
    assert.deepEqual(looked.alerts, quiet.alerts, name);
    const early = looked.looks.slice(0, -2).some((alerts) => alerts.length > 0);
    assert.equal(early, quiet.alerts.length > 0, `${name}: seen before the end`);
  }
});

test('a look at a capture shows what detection gives on the bytes until there', async () => {
  const path = fileURLToPath(new URL('../../examples/attack.pcap', import.meta.url));
  const bytes = readFileSync(path);
  const piece = 300_000;
  const looks: Alert[][] = [];
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
    bytes.subarray(i * piece, (i + 1) * piece),
  );
  await detectCaptures(['-'], {
    capture: { stdin: Readable.from(pieces, { objectMode: false }) },
    async afterChunk({ early }) {
      looks.push(early());
    },
  });
  // Of flows that are open nobody knows the number yet.
  const unnumbered = (alerts: readonly Alert[]) =>
    alerts.map((alert) => ({ ...alert, flowIds: alert.flowIds.length > 0 ? [] : alert.flowIds }));
  for (let count = 1; count <= pieces.length; count++) {
    const { alerts } = await captured(bytes.subarray(0, count * piece), [], false);
    assert.deepEqual(unnumbered(looks[count - 1]!), unnumbered(alerts), `${count} pieces`);
  }
});
