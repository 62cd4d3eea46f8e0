import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { argusTime, parseTime, Random } from '../src/base/index.ts';
import { readCtu13 } from '../src/datasets/index.ts';

const ROUNDS = 5;
/** Scenario 6 names 72,345 sources in 558,919 rows. */
const ROWS_PER_HOST = 8;

/**
 * Rows a second of the CTU-13 reader over a generated file, against the naive way (readline, split,
 * one array a column). @param args the number of rows, default 500,000
 */
export async function run(args: string[]): Promise<void> {
  const rows = Number(args[0] ?? 500_000);
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-bench-'));
  const path = join(folder, 'generated.binetflow');
  try {
    await generate(path, rows);
    const megabytes = statSync(path).size / 1e6;
    console.log(
      `${rows} rows, ${megabytes.toFixed(0)} MB, median of ${ROUNDS} after one unmeasured`,
    );
    const naive = await measure('readline and split', rows, () => readNaively(path));
    const ours = await measure('readCtu13', rows, async () => {
      const { table, labels } = await readCtu13(path);
      return table.rows + labels[0]!;
    });
    console.log(`${(naive / ours).toFixed(1)} times as fast`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(name: string, rows: number, work: () => Promise<number>): Promise<number> {
  let sink = await work();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    sink += await work();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const median = times[ROUNDS >> 1]!;
  const rate = Math.round((rows / median) * 1000).toLocaleString('en');
  const spread = `${times[0]!.toFixed(0)}–${times[ROUNDS - 1]!.toFixed(0)} ms`;
  console.log(`${name}: ${rate} rows/s (${median.toFixed(0)} ms, ${spread}; sink ${sink})`);
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
