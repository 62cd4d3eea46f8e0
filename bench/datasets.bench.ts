import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { argusTime, parseTime, Random } from '../src/base/index.ts';
import { readCtu13 } from '../src/datasets/index.ts';
import {
  generateWide,
  readWide,
  readWideByDuckDb,
  readWideMapped,
  readWideNaively,
} from './datasets-wide.ts';

const ROUNDS = 3;
/** Scenario 6 names 72,345 sources in 558,919 rows. */
const ROWS_PER_HOST = 8;

/**
 * Reading half a million rows of 15 columns (CTU-13) and of 45 (TON_IoT), against the naive way
 * (readline, split, one array a column) and DuckDB's parser. Times are of the processor, user mode,
 * all threads: neighbours on the machine change them least. @param args the number of rows, default
 * 500,000
 */
export async function run(args: string[]): Promise<void> {
  const rows = Number(args[0] ?? 500_000);
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-bench-'));
  try {
    const narrow = join(folder, 'generated.binetflow');
    await generate(narrow, rows);
    heading(narrow, rows, 15);
    const naive = await measure('readline and split', rows, () => readNaively(narrow));
    const ours = await measure('readCtu13', rows, async () => {
      const { table, labels } = await readCtu13(narrow);
      return table.rows + labels[0]!;
    });
    console.log(`${(naive / ours).toFixed(1)} times less than the naive way`);
    rmSync(narrow);
    const wide = join(folder, 'Network_dataset_1.csv');
    await generateWide(wide, rows);
    heading(wide, rows, 45);
    const slow = await measure('readline and split', rows, () => readWideNaively(wide));
    const duck = await measure('DuckDB, one thread', rows, () => readWideByDuckDb(wide, 1));
    await measure('a mapping file', rows, () => readWideMapped(wide));
    const fast = await measure('readTonIot', rows, () => readWide(wide));
    console.log(
      `${(slow / fast).toFixed(1)} times less than the naive way, ${(duck / fast).toFixed(1)} than DuckDB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function heading(path: string, rows: number, columns: number): void {
  const megabytes = (statSync(path).size / 1e6).toFixed(0);
  const how = `median of ${ROUNDS} after one unmeasured`;
  console.log(`${rows} rows of ${columns} columns, ${megabytes} MB, ${how}`);
}

async function measure(name: string, rows: number, work: () => Promise<number>): Promise<number> {
  let sink = await work();
  const times: number[] = [];
  const walls: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    const before = process.cpuUsage();
    sink += await work();
    times.push(process.cpuUsage(before).user / 1000);
    walls.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  walls.sort((a, b) => a - b);
  const median = times[ROUNDS >> 1]!;
  const rate = Math.round((rows / median) * 1000).toLocaleString('en');
  const spread = `${times[0]!.toFixed(0)}–${times[ROUNDS - 1]!.toFixed(0)}`;
  const wall = walls[ROUNDS >> 1]!.toFixed(0);
  console.log(
    `${name}: ${median.toFixed(0)} ms of CPU (${spread}; ${wall} ms wall), ${rate} rows/s (sink ${sink})`,
  );
  return median;
}

async function readNaively(path: string): Promise<number> {
  const columns: unknown[][] = Array.from({ length: 15 }, () => []);
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let header = true;
  for await (const line of lines) {
    if (header) {
      header = false;
      continue;
    }
    const cells = line.split(',');
    if (cells[2] === 'man') continue;
    for (let i = 0; i < 15; i++) {
      const cell = cells[i]!;
      if (i === 0) columns[i]!.push(parseTime(cell));
      else if (i === 1 || (i >= 9 && i <= 13)) columns[i]!.push(cell === '' ? NaN : Number(cell));
      else columns[i]!.push(i === 5 ? cell.trim() : cell);
    }
  }
  return columns[0]!.length;
}

/** Rows like those of scenario 6: a few busy hosts, many others, two protocols, 200 states. */
async function generate(path: string, rows: number): Promise<void> {
  const random = new Random(1);
  const out = createWriteStream(path);
  out.write(
    'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n',
  );
  const hosts = Array.from(
    { length: Math.ceil(rows / ROWS_PER_HOST) },
    () => `${random.int(223) + 1}.${random.int(256)}.${random.int(256)}.${random.int(256)}`,
  );
  let micros = 1_313_488_906_000_000;
  for (let row = 0; row < rows; row++) {
    micros += random.int(30_000);
    const udp = random.next() < 0.75;
    const far = hosts[random.int(hosts.length)]!;
    const packets = 1 + Math.floor(random.exponential(9));
    const bytes = packets * (60 + random.int(900));
    const line = [
      argusTime(micros),
      random.exponential(20).toFixed(6),
      udp ? 'udp' : 'tcp',
      random.next() < 0.5 ? `147.32.84.${random.int(250)}` : far,
      1024 + random.int(64_000),
      udp ? '  <->' : '   ->',
      random.next() < 0.5 ? '147.32.80.9' : far,
      udp ? 53 : [80, 443, 25, 22][random.int(4)],
      udp ? 'CON' : `FSPA_${'FSRPA'.slice(random.int(5))}`,
      0,
      packets > 1 ? 0 : '',
      packets,
      bytes,
      Math.ceil(bytes / 2),
      random.next() < 0.01 ? 'flow=From-Botnet-V47-TCP-Attempt' : 'flow=Background-UDP-Established',
    ];
    if (!out.write(`${line.join(',')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}
