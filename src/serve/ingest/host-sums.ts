import { argusSchema, zeekSchema } from '../../flow/index.ts';
import type { HostTraffic } from '../../store/index.ts';
import { numbers, type Table, texts } from '../../table/index.ts';
import type { PackedHosts } from './analysis.ts';

/** Hosts of one file at most, some 100 bytes each; those met later are counted, not kept. */
const MOST_HOSTS = 200_000;

/** Where a view tells addresses, times and sizes. */
const COLUMNS = new Map([
  [
    argusSchema.name,
    { start: 'StartTime', duration: 'Dur', bytes: ['TotBytes'], sides: ['SrcAddr', 'DstAddr'] },
  ],
  [
    zeekSchema.name,
    {
      start: 'ts',
      duration: 'duration',
      bytes: ['orig_ip_bytes', 'resp_ip_bytes'],
      sides: ['id.orig_h', 'id.resp_h'],
    },
  ],
]);

/** Numbers of a host in {@link PackedHosts}. */
const NUMBERS = 4;

/** As the store takes them, so many at a time. */
export function* unpackHosts(
  { names, numbers }: PackedHosts,
  most: number,
): Generator<HostTraffic[]> {
  let piece: HostTraffic[] = [];
  for (let i = 0, at = 0; i * NUMBERS < numbers.length; i++) {
    const end = names.indexOf('\n', at);
    const host = names.slice(at, end < 0 ? undefined : end);
    at = end + 1;
    const [first, last, flows, bytes] = numbers.subarray(i * NUMBERS, (i + 1) * NUMBERS);
    piece.push({ host, first: first!, last: last!, flows: flows!, bytes: bytes! });
    if (piece.length < most) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

interface Sums {
  first: number;
  last: number;
  flows: number;
  bytes: number;
}

/** What one file shows of each host: first and last packet, flows, bytes. */
export class HostSums {
  readonly #hosts = new Map<string, Sums>();
  /** Flows of hosts that came when the table was full. */
  unkept = 0;

  /** Counts rows of the argus or the zeek view; rows of others name no host. */
  add(table: Table): void {
    const columns = COLUMNS.get(table.schema.name);
    if (!columns) return;
    const starts = numbers(table, columns.start);
    const durations = numbers(table, columns.duration);
    const bytes = columns.bytes.map((name) => numbers(table, name));
    for (const side of columns.sides) {
      const { codes, dictionary } = texts(table, side);
      // One look-up a word, not one a row.
      const sums = new Array<Sums | undefined>(dictionary.length);
      for (let row = 0; row < table.rows; row++) {
        const code = codes[row]!;
        if (code < 0) continue;
        const sum = (sums[code] ??= this.#sum(dictionary[code]!));
        if (!sum) {
          this.unkept++;
          continue;
        }
        const start = starts[row]!;
        const end = start + Math.round((durations[row]! || 0) * 1e6);
        if (start < sum.first) sum.first = start;
        if (end > sum.last) sum.last = end;
        sum.flows++;
        for (const values of bytes) sum.bytes += values[row]! || 0;
      }
    }
  }

  /** All of them, as they leave the thread; see {@link unpackHosts}. */
  packed(): PackedHosts {
    const whole = [...this.#hosts].filter(
      ([, { first, last }]) => Number.isSafeInteger(first) && Number.isSafeInteger(last),
    );
    const numbers = new Float64Array(whole.length * NUMBERS);
    whole.forEach(([, { first, last, flows, bytes }], i) => {
      numbers.set([first, last, flows, bytes], i * NUMBERS);
    });
    return { names: whole.map(([host]) => host).join('\n'), numbers };
  }

  #sum(host: string): Sums | undefined {
    const known = this.#hosts.get(host);
    if (known) return known;
    if (this.#hosts.size >= MOST_HOSTS) return undefined;
    const fresh = {
      first: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
      flows: 0,
      bytes: 0,
    };
    this.#hosts.set(host, fresh);
    return fresh;
  }
}
