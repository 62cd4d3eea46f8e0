import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Random } from '../src/base/index.ts';
import { mappedDataset, parseMapping, tonIot } from '../src/datasets/index.ts';

/** The 45 columns of TON_IoT's release of 461,043 rows. */
export const WIDE_HEADER =
  'ts,src_ip,src_port,dst_ip,dst_port,proto,service,duration,src_bytes,dst_bytes,conn_state,' +
  'missed_bytes,src_pkts,src_ip_bytes,dst_pkts,dst_ip_bytes,dns_query,dns_qclass,dns_qtype,' +
  'dns_rcode,dns_AA,dns_RD,dns_RA,dns_rejected,ssl_version,ssl_cipher,ssl_resumed,' +
  'ssl_established,ssl_subject,ssl_issuer,http_trans_depth,http_method,http_uri,http_version,' +
  'http_request_body_len,http_response_body_len,http_status_code,http_user_agent,' +
  'http_orig_mime_types,http_resp_mime_types,weird_name,weird_addl,weird_notice,label,type';

const NUMBERS = new Set(
  (
    'ts src_port dst_port duration src_bytes dst_bytes missed_bytes src_pkts src_ip_bytes dst_pkts ' +
    'dst_ip_bytes dns_qclass dns_qtype dns_rcode http_request_body_len http_response_body_len ' +
    'http_status_code http_trans_depth'
  ).split(' '),
);

/** Rows like those of TON_IoT: three in ten with DNS fields, one in twenty with HTTP ones. */
export async function generateWide(path: string, rows: number): Promise<void> {
  const random = new Random(2);
  const out = createWriteStream(path);
  out.write(`${WIDE_HEADER}\n`);
  const address = (): string => `192.168.1.${random.int(250)}`;
  for (let row = 0; row < rows; row++) {
    const dns = random.next() < 0.3;
    const http = !dns && random.next() < 0.07;
    const attack = random.next() < 0.35;
    const bytes = Math.floor(random.exponential(2000));
    const line = [
      1556000000 + (row >> 4),
      address(),
      1024 + random.int(60_000),
      address(),
      dns ? 53 : 80,
      dns ? 'udp' : 'tcp',
      dns ? 'dns' : http ? 'http' : '-',
      random.exponential(3).toFixed(6),
      bytes,
      bytes >> 1,
      ['SF', 'S0', 'OTH', 'REJ'][random.int(4)],
      0,
      1 + random.int(20),
      bytes + 40,
      1 + random.int(20),
      bytes + 52,
      dns ? `host${random.int(3000)}.example.org` : '-',
      dns ? 1 : 0,
      dns ? 28 : 0,
      0,
      ...(dns ? ['F', 'T', 'T', 'F'] : ['-', '-', '-', '-']),
      '-,-,-,-,-,-',
      http ? 1 : '-',
      http ? 'GET' : '-',
      http ? `/page${random.int(900)}?q=${random.int(99)}` : '-',
      http ? '1.1' : '-',
      0,
      http ? random.int(9000) : 0,
      http ? 200 : 0,
      http ? '"Mozilla/5.0 (X11; Linux x86_64, like Gecko)"' : '-',
      '-',
      http ? 'text/html' : '-',
      '-,-,-',
      attack ? 1 : 0,
      attack ? ['scanning', 'dos', 'xss'][random.int(3)] : 'normal',
    ];
    if (!out.write(`${line.join(',')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

/** As a script would: lines, split, an array a column. */
export async function readWideNaively(path: string): Promise<number> {
  const names = WIDE_HEADER.split(',');
  const columns: unknown[][] = names.map(() => []);
  const number = names.map((name) => NUMBERS.has(name));
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let header = true;
  for await (const line of lines) {
    if (header) {
      header = false;
      continue;
    }
    const cells = line.includes('"')
      ? [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell!)
      : line.split(',');
    for (let i = 0; i < columns.length; i++) {
      columns[i]!.push(number[i] ? Number(cells[i]) : cells[i]);
    }
  }
  return columns[0]!.length;
}

/** By DuckDB's own parser, then column by column into typed arrays. */
export async function readWideByDuckDb(path: string, threads: number): Promise<number> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  try {
    const types = WIDE_HEADER.split(',')
      .map((name) => `'${name}': '${NUMBERS.has(name) ? 'DOUBLE' : 'VARCHAR'}'`)
      .join(', ');
    const options = `header = true, columns = {${types}}, nullstr = '-'`;
    await connection.run(`CREATE TABLE wide AS SELECT * FROM read_csv('${path}', ${options})`);
    const size = await connection.runAndReadAll('SELECT count(*) FROM wide');
    const rows = Number(size.getRows()[0]![0]);
    for (const name of WIDE_HEADER.split(',')) {
      let cell = `coalesce(${name}, 'NaN'::DOUBLE)`;
      if (!NUMBERS.has(name)) {
        const words = `SELECT DISTINCT ${name} FROM wide WHERE ${name} IS NOT NULL ORDER BY 1`;
        const some = (await connection.runAndReadAll(words)).getRows();
        if (some.length === 0) continue;
        await connection.run(`CREATE TYPE w_${name} AS ENUM (${words})`);
        cell = `coalesce(enum_code(${name}::w_${name})::DOUBLE, -1)`;
      }
      const values = new Float64Array(rows);
      const result = await connection.stream(`SELECT ${cell} FROM wide`);
      let at = 0;
      for (let chunk = await result.fetchChunk(); chunk?.rowCount; ) {
        const vector = chunk.getColumnVector(0);
        for (let i = 0; i < chunk.rowCount; i++) values[at++] = vector.getItem(i) as number;
        chunk = await result.fetchChunk();
      }
    }
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const MAPPING = parseMapping(
  JSON.stringify({
    name: 'wide',
    empty: ['-'],
    columns: Object.fromEntries(
      WIDE_HEADER.split(',').map((name) => {
        if (name === 'ts') return [name, 'time'];
        if (name === 'type' || name === 'label') return [name, 'label'];
        if (/_ip$|_port$/.test(name)) return [name, 'identity'];
        return [name, NUMBERS.has(name) ? 'numeric' : 'categorical'];
      }),
    ),
    targets: { type: { column: 'type' } },
  }),
  'bench',
);

/** By a mapping file. */
export async function readWideMapped(path: string): Promise<number> {
  const { table, labels } = await mappedDataset(MAPPING).read(path, { strict: true });
  return table.rows + labels[0]!;
}

/** By the reader of TON_IoT. */
export async function readWide(path: string): Promise<number> {
  const { table, labels } = await tonIot.read(path, { strict: true });
  return table.rows + labels[0]!;
}
