import { Random } from '../src/base/index.ts';
import { KDD_MODES, type KddMode, KddWindows, type WindowEvent } from '../src/flow/index.ts';

const RUNS = 5;
const DEFAULT_CONNECTIONS = 1_000_000;
/** Rescanning is so much slower that it gets this part of the connections. */
const NAIVE_SHARE = 1 / 20;
const RECENT = 511;
const HOST = 255;

/** Who talks to whom: responders, services and the gap between connections, in microseconds. */
interface Mix {
  readonly name: string;
  readonly hosts: number;
  readonly services: number;
  readonly gap: number;
}

const MIXES: readonly Mix[] = [
  { name: '1,000 hosts, 60 services', hosts: 1000, services: 60, gap: 100 },
  { name: 'flood on one host and service', hosts: 1, services: 1, gap: 10 },
  { name: 'scan: another host each time', hosts: 0x7fffffff, services: 1, gap: 100 },
];

/** Connections drawn before the clock runs. */
class Events {
  readonly host: Uint32Array;
  readonly service: Uint32Array;
  readonly flag: Uint8Array;
  readonly port: Uint16Array;
  readonly gap: number;

  constructor(mix: Mix, count: number, random: Random) {
    this.gap = mix.gap;
    this.host = Uint32Array.from({ length: count }, () => random.int(mix.hosts));
    this.service = Uint32Array.from({ length: count }, () => random.int(mix.services));
    this.flag = Uint8Array.from({ length: count }, () => random.int(11));
    this.port = Uint16Array.from({ length: count }, () => random.int(65536));
  }
}

/** The sink that keeps the work from being dropped. */
let sink = 0;

function onePass(events: Events, mode: KddMode): number {
  const windows = new KddWindows(mode);
  const event: WindowEvent = {
    time: 0,
    host0: 0,
    host1: 0,
    host2: 0xffff,
    host3: 0,
    service: 3,
    serviceKey: 0,
    flag: 0,
    originatorPort: 0,
  };
  const count = events.host.length;
  for (let i = 0; i < count; i++) {
    event.time = i * events.gap;
    event.host3 = events.host[i]!;
    event.serviceKey = events.service[i]!;
    event.flag = events.flag[i]!;
    event.originatorPort = events.port[i]!;
    windows.add(event);
    sink += windows.values[0]!;
  }
  return count;
}

/** The plain way: for every connection, look at all that the two windows hold. */
function rescan(events: Events): number {
  const { host, service, flag, port, gap } = events;
  const count = Math.max(1, Math.floor(host.length * NAIVE_SHARE));
  const others = new Set<number>();
  for (let i = 0; i < count; i++) {
    for (const [limit, span] of [
      [RECENT, 2e6],
      [HOST, Number.POSITIVE_INFINITY],
    ] as const) {
      others.clear();
      let same = 0;
      let sameService = 0;
      let both = 0;
      let errors = 0;
      let ports = 0;
      for (let j = i; j >= 0 && j > i - limit && (i - j) * gap < span; j--) {
        const here = host[j] === host[i];
        if (here) {
          same++;
          others.add(service[j]!);
          if (flag[j] === 1) errors++;
          if (port[j] === port[i]) ports++;
        }
        if (service[j] === service[i]) {
          sameService++;
          if (here) both++;
        }
      }
      sink += same + sameService + both + errors + ports + others.size;
    }
  }
  return count;
}

/** Connections a second of this thread's processor time: the runs' median, least and most. */
function measure(work: () => number): [number, number, number] {
  work();
  const rates: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    const count = work();
    const { user, system } = process.cpuUsage(before);
    rates.push(count / ((user + system) / 1e6));
  }
  rates.sort((a, b) => a - b);
  return [rates[RUNS >> 1]!, rates[0]!, rates[RUNS - 1]!];
}

const thousands = (rate: number): string => `${Math.round(rate / 1000).toLocaleString('en')} k/s`;

/** `npm run bench -- kdd [--connections N]`: the kdd windows against rescanning them. */
export async function run(args: string[]): Promise<void> {
  const at = args.indexOf('--connections');
  const count = at < 0 ? DEFAULT_CONNECTIONS : Number(args[at + 1]);
  for (const mix of MIXES) {
    const events = new Events(mix, count, new Random(1));
    process.stdout.write(`${mix.name}\n`);
    let data = 0;
    for (const mode of KDD_MODES) {
      const [median, least, most] = measure(() => onePass(events, mode));
      if (mode === 'data') data = median;
      process.stdout.write(
        `  ${mode.padEnd(8)} ${thousands(median)} (${thousands(least)} to ${thousands(most)})\n`,
      );
    }
    const [naive] = measure(() => rescan(events));
    process.stdout.write(
      `  rescanning, as data: ${thousands(naive)}; one pass is ${(data / naive).toFixed(1)} times as fast\n`,
    );
  }
  process.stdout.write(`(sink ${sink % 10})\n`);
}
