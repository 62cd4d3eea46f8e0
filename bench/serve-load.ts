import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../src/base/index.ts';
import { meterCapture } from './meter-capture.ts';
import type { Call, ServiceProcess } from './serve-process.ts';

/** Packets of the capture that is sent again and again, each time later in time. */
const LAP_PACKETS = 1_000_000;
/** Of the capture as the argus view meters it: 125,976 flow records of a million packets. */
const PACKETS_A_FLOW = 1e6 / 125_976;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** A rate that nobody waits for. */
const AT_ONCE = 1e6;
/**
 * Microseconds between the laps. The meter lets go of silent flows after an hour, as Argus does: those of
 * a lap leave while the next comes, and what comes again is a new flow.
 */
const LAP_GAP = 3_700e6;
/** Pieces of a second that are sent together. */
const PIECES = 20;

/** Makes the capture that is sent, if it is not there: that takes longer than a look at the clock may. */
export function prepareCapture(): void {
  meterCapture(LAP_PACKETS);
}

/**
 * A capture without end at a rate of flows: one lap of the made capture after the other, the times of
 * each an hour behind those before. It ends when `stop` says so.
 */
export async function* endlessCapture(rate: number, stop: () => boolean): AsyncGenerator<Buffer> {
  const lap = readFileSync(meterCapture(LAP_PACKETS));
  const timeAt = (at: number): number => lap.readUInt32LE(at) * 1e6 + lap.readUInt32LE(at + 4);
  const first = timeAt(FILE_HEADER);
  const perPiece = Math.max(1, Math.round((rate * PACKETS_A_FLOW) / PIECES));
  const started = performance.now();
  yield lap.subarray(0, FILE_HEADER);
  let sent = 0;
  let shift = 0;
  while (!stop()) {
    let last = first;
    for (let at = FILE_HEADER; at < lap.length && !stop(); ) {
      const from = at;
      for (let n = 0; n < perPiece && at < lap.length; n++) {
        last = timeAt(at);
        at += RECORD_HEADER + lap.readUInt32LE(at + 8);
        sent++;
      }
      const piece = Buffer.from(lap.subarray(from, at));
      if (shift > 0) moveTimes(piece, shift);
      yield piece;
      const due = (sent / (rate * PACKETS_A_FLOW)) * 1000;
      const ahead = due - (performance.now() - started);
      if (ahead > 1) await sleep(ahead);
    }
    shift += last - first + LAP_GAP;
  }
}

function moveTimes(piece: Buffer, shift: number): void {
  for (let at = 0; at < piece.length; at += RECORD_HEADER + piece.readUInt32LE(at + 8)) {
    const time = piece.readUInt32LE(at) * 1e6 + piece.readUInt32LE(at + 4) + shift;
    piece.writeUInt32LE(Math.floor(time / 1e6), at);
    piece.writeUInt32LE(time % 1e6, at + 4);
  }
}

/** Something a reader asks. */
export interface Question {
  readonly name: string;
  /** How often, against the others. */
  readonly weight: number;
  readonly path: string;
  readonly call?: Call;
}

const flows = (more: object): Call => ({
  method: 'POST',
  json: { view: 'argus', columns: ['StartTime', 'SrcAddr', 'DstAddr', 'TotBytes'], ...more },
});

/** What the pages of the console ask, the list of alerts most often. */
export const QUESTIONS: readonly Question[] = [
  { name: 'alerts, newest', weight: 6, path: '/api/alerts' },
  { name: 'alerts, open', weight: 4, path: '/api/alerts?filter=state:eq:open' },
  {
    name: 'alerts, open and high, worst first',
    weight: 3,
    path: '/api/alerts?filter=state:eq:open&filter=severity:in:high|medium&sort=severity',
  },
  {
    name: 'alerts, one kind, by score',
    weight: 2,
    path: '/api/alerts?filter=kind:eq:beacon&sort=score',
  },
  { name: 'alerts, search', weight: 2, path: '/api/alerts?q=10.0.3.7' },
  {
    name: 'alerts with the total',
    weight: 2,
    path: '/api/alerts?filter=state:eq:open&total=true',
  },
  { name: 'alert counts', weight: 1, path: '/api/alerts/counts?filter=state:eq:open' },
  { name: 'one alert', weight: 3, path: '/api/alerts/00000000000003e8' },
  { name: 'overview', weight: 1, path: '/api/overview' },
  { name: 'hosts', weight: 2, path: '/api/hosts' },
  { name: 'flows, newest', weight: 1, path: '/api/flows/query', call: flows({}) },
  {
    name: 'flows of a host',
    weight: 1,
    path: '/api/flows/query',
    call: flows({ host: '10.0.0.7' }),
  },
];

/** Every order in which the console shows alerts, over what it filters by, and its searches. */
export const LISTS: readonly Question[] = [
  ...['last', 'first', 'severity', 'score', 'host', 'kind', 'flows', 'changedAt', 'createdAt']
    .flatMap((sort) => [`sort=${sort}`, `sort=${sort}&order=up`])
    .flatMap((order) =>
      [
        '',
        '&filter=state:eq:open',
        '&filter=state:eq:open&filter=severity:in:high|medium',
        '&filter=kind:eq:beacon',
        '&filter=host:eq:10.0.3.7',
        '&filter=verdict:eq:false positive',
        '&filter=state:eq:resolved',
        '&filter=assignee:empty',
      ].map((filter) => order + filter),
    ),
  ...['10.0.3.7', 'title', 'beacon 10.0.7.1', 'nothing has this word'].flatMap((words) => [
    `q=${words}`,
    `q=${words}&filter=state:eq:open&sort=severity`,
  ]),
].map((query) => ({
  name: query.replaceAll('filter=', ''),
  weight: 0,
  path: `/api/alerts?${query.replaceAll(' ', '%20').replaceAll('|', '%7C')}`,
}));

/** Whether a question is for a list of alerts. */
export const isAlertsList = ({ name }: Question): boolean => name.startsWith('alerts');

/** How long the answers to each question took, in milliseconds. */
export type Times = Map<string, number[]>;

/** Where readers write, and whether they end. */
export interface Reading {
  times: Times;
  over: boolean;
}

/** Somebody who asks, waits, and asks again. */
export async function reader(
  service: ServiceProcess,
  random: Random,
  { pause, state }: { pause: number; state: Reading },
): Promise<void> {
  const weights = QUESTIONS.reduce((sum, { weight }) => sum + weight, 0);
  while (!state.over) {
    await sleep(pause * (0.5 + random.next()));
    let at = random.next() * weights;
    const question = QUESTIONS.find(({ weight }) => (at -= weight) < 0) ?? QUESTIONS[0]!;
    const { times } = state;
    const { millis } = await service.call(question.path, question.call);
    const list = times.get(question.name) ?? [];
    list.push(millis);
    times.set(question.name, list);
  }
}

/** A capture of `bytes` bytes, for uploads as fast as can be. */
export async function* captureOf(bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const piece of endlessCapture(AT_ONCE, () => left <= 0)) {
    yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}

/** @returns a stream of it */
export const streamOf = (pieces: AsyncIterable<Buffer>): Readable =>
  Readable.from(pieces, { objectMode: false, highWaterMark: 2 ** 20 });
