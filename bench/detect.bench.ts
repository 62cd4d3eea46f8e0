import { Random } from '../src/base/index.ts';
import { createDetection } from '../src/detect/index.ts';
import { FlowBatch } from '../src/flow/index.ts';

const RUNS = 5;
const DEFAULT_FLOWS = 1_000_000;
const BATCH = 4096;
const MODEL = {
  name: 'bench',
  hash: 'bench',
  className: 'botnet',
  threshold: 0.9,
  falsePositiveRate: 0.001,
  falsePositiveRateUpper: 0.002,
};

/** Who the flows are between: a site of `hosts` hosts, or spoofed sources, one a flow. */
interface Mix {
  readonly name: string;
  readonly hosts: number;
}

const MIXES: readonly Mix[] = [
  { name: 'site of 1,000 hosts', hosts: 1000 },
  { name: 'spoofed sources', hosts: 0xffff_ffff },
];

/** Sixteen batches of flows, used again and again with later times. */
function batchesOf(mix: Mix, random: Random): FlowBatch[] {
  return Array.from({ length: 16 }, () => {
    const batch = new FlowBatch(BATCH);
    batch.length = BATCH;
    const addresses = new DataView(batch.addresses.buffer, batch.addresses.byteOffset);
    for (let i = 0; i < BATCH; i++) {
      addresses.setUint32(i * 32, 0x0a000000 + random.int(mix.hosts));
      addresses.setUint32(i * 32 + 16, 0xc6336400 + random.int(4096));
      const tcp = random.next() < 0.6;
      const answered = random.next() < 0.8;
      batch.addressLength[i] = 4;
      batch.etherType[i] = 0x0800;
      batch.protocol[i] = tcp ? 6 : 17;
      batch.originatorPort[i] = 1024 + random.int(60_000);
      batch.responderPort[i] = tcp ? [22, 80, 443, 8080][random.int(4)]! : 53;
      batch.originatorPackets[i] = answered ? 1 + random.int(20) : 1;
      batch.responderPackets[i] = answered ? 1 + random.int(20) : 0;
      batch.originatorBytes[i] = batch.originatorPackets[i]! * 90;
      batch.responderBytes[i] = batch.responderPackets[i]! * 700;
      batch.originatorFlags[i] = tcp ? (answered ? 27 : 2) : 0;
      batch.responderFlags[i] = tcp && answered ? 27 : 0;
      batch.directionCertain[i] = 1;
      batch.closeReason[i] = 1;
    }
    return batch;
  });
}

/** The sink that keeps the work from being dropped. */
let sink = 0;

/** @returns seconds for `flows` flows through detection, finish included */
function measure(batches: readonly FlowBatch[], scores: Float32Array, flows: number): number {
  const detection = createDetection({ version: 'bench', models: [MODEL] });
  const began = performance.now();
  let time = 1.7e15;
  let id = 0;
  for (let done = 0, turn = 0; done < flows; done += BATCH, turn++) {
    const batch = batches[turn % batches.length]!;
    for (let i = 0; i < BATCH; i++) {
      batch.id[i] = ++id;
      batch.start[i] = time += 500;
      batch.end[i] = time + 200_000;
    }
    detection.addBatch(batch, [{ model: 0, scores }]);
  }
  sink += detection.finish().length + detection.summary.flows;
  return (performance.now() - began) / 1000;
}

/** Flows a second through every detector and the host's count. @param args the number of flows */
export async function run(args: string[]): Promise<void> {
  const flows = Number(args[0] ?? DEFAULT_FLOWS);
  if (!(flows >= BATCH)) throw new RangeError(`flows: give a number from ${BATCH}`);
  for (const mix of MIXES) {
    const random = new Random(1);
    const batches = batchesOf(mix, random);
    const scores = Float32Array.from({ length: BATCH }, () => random.next() ** 40);
    measure(batches, scores, Math.min(flows, 200_000));
    const seconds = Array.from({ length: RUNS }, () => measure(batches, scores, flows));
    seconds.sort((a, b) => a - b);
    const [fastest, median, slowest] = [seconds[0]!, seconds[RUNS >> 1]!, seconds[RUNS - 1]!];
    const rate = Math.round(flows / median).toLocaleString('en');
    const spread = (100 * (slowest / fastest - 1)).toFixed(0);
    console.log(`${mix.name}: ${rate} flows/s (median of ${RUNS}, spread ${spread} %)`);
  }
  const { arrayBuffers } = process.memoryUsage();
  console.log(`typed arrays held: ${(arrayBuffers / 1e6).toFixed(0)} MB (sink ${sink})`);
}
