import { createHash } from 'node:crypto';
import { Random } from '../../src/base/index.ts';
import { argusSchema } from '../../src/flow/views/argus-schema.ts';
import {
  type Column,
  type LabelledTable,
  NumberBuilder,
  TextBuilder,
} from '../../src/table/index.ts';

interface Flow {
  readonly numbers: Readonly<Record<string, number>>;
  readonly words: Readonly<Record<string, string>>;
  readonly raw: string;
}

const HARMLESS_PORTS = ['80', '443', '53'];

/** One made-up flow: bots send short one-way attempts to port 25, others talk to servers. */
function flow(row: number, rows: number, random: Random): Flow {
  const draw = random.next();
  const botnet = draw < 0.1;
  const background = draw > 0.5;
  const oneWay = botnet ? random.next() < 0.7 : random.next() < 0.2;
  const packets = 1 + random.int(botnet ? 6 : 40);
  const bytes = packets * (60 + random.int(botnet ? 20 : 900));
  const host = botnet ? `10.0.0.${random.int(6)}` : `10.0.1.${random.int(30)}`;
  return {
    numbers: {
      StartTime: 1.3e15 + Math.floor((row / rows) * 3600) * 1e6,
      Dur: random.exponential(botnet ? 3 : 10),
      sTos: 0,
      dTos: oneWay ? Number.NaN : 0,
      TotPkts: packets,
      TotBytes: bytes,
      SrcBytes: oneWay ? bytes : Math.floor(bytes / 2),
    },
    words: {
      Proto: random.next() < 0.8 ? 'tcp' : 'udp',
      SrcAddr: host,
      Sport: String(1024 + random.int(60_000)),
      Dir: '->',
      DstAddr: `192.0.2.${random.int(200)}`,
      Dport: botnet ? '25' : HARMLESS_PORTS[random.int(3)]!,
      State: oneWay ? 'S_' : 'FSPA_FSPA',
    },
    raw: botnet
      ? 'flow=From-Botnet-V1-TCP-Attempt-SPAM'
      : background
        ? 'flow=Background-TCP-Established'
        : 'flow=From-Normal-V1-Stribrek',
  };
}

/** A made-up labelled table of the argus view in time order; a tenth botnet, half background. */
export function madeFlows(rows: number, seed = 1): LabelledTable {
  const random = new Random(seed);
  const builders = argusSchema.columns.map((spec) =>
    spec.type === 'text' ? new TextBuilder(rows) : new NumberBuilder(rows),
  );
  const raw = new TextBuilder(rows);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const made = flow(row, rows, random);
    argusSchema.columns.forEach(({ name }, i) => {
      const builder = builders[i]!;
      if (builder instanceof TextBuilder) builder.push(made.words[name]);
      else builder.push(made.numbers[name]!);
    });
    raw.push(made.raw);
    labels[row] = made.raw.includes('Botnet') ? 1 : made.raw.includes('Normal') ? 0 : -1;
  }
  const columns = builders.map((builder): Column => builder.finish());
  const hosts = columns[3] as Column & { kind: 'text' };
  return {
    table: { schema: argusSchema, rows, columns },
    dataset: 'made',
    classes: ['normal', 'botnet'],
    labels,
    rawLabel: raw.finish(),
    groups: hosts.codes,
    groupNames: hosts.dictionary,
    hash: createHash('sha256').update(`made ${rows} ${seed}`).digest('hex'),
    problems: [],
    problemCount: 0,
  };
}
