import { Random } from '../../../src/base/index.ts';
import { zeekSchema } from '../../../src/flow/index.ts';
import { type LabelledTable, NumberBuilder, TextBuilder } from '../../../src/table/index.ts';

const KINDS = ['normal', 'backdoor', 'ddos', 'scanning'];

/**
 * Made-up rows of the zeek view without times, a quarter of each of {@link KINDS}; few distinct rows,
 * so that there are copies, and each kind with a host of its own.
 * @param binary attack or normal instead of the kind
 */
export function madeZeekFlows(rows: number, binary: boolean, seed = 1): LabelledTable {
  const random = new Random(seed);
  const builders = zeekSchema.columns.map((spec) =>
    spec.type === 'text' ? new TextBuilder(rows) : new NumberBuilder(rows),
  );
  const raw = new TextBuilder(rows);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const kind = random.int(KINDS.length);
    const packets = 1 + random.int(4) + 2 * kind;
    const cells: Record<string, number | string> = {
      'id.orig_h': `10.0.0.${kind}`,
      proto: kind === 2 && random.next() < 0.7 ? 'udp' : 'tcp',
      conn_state: random.next() < 0.3 * kind ? 'S0' : 'SF',
      orig_pkts: packets,
      orig_ip_bytes: packets * (40 + 10 * random.int(3)),
      resp_pkts: random.int(3),
      duration: random.int(5),
    };
    if (random.next() < 0.5) cells['service'] = kind === 3 ? 'dns' : 'http';
    zeekSchema.columns.forEach(({ name, type }, i) => {
      const cell = cells[name];
      const builder = builders[i]!;
      if (type === 'text') (builder as TextBuilder).push(cell as string | undefined);
      else (builder as NumberBuilder).push((cell as number | undefined) ?? Number.NaN);
    });
    raw.push(KINDS[kind]!);
    labels[row] = binary ? Math.min(kind, 1) : kind;
  }
  return {
    table: { schema: zeekSchema, rows, columns: builders.map((builder) => builder.finish()) },
    dataset: 'made',
    classes: binary ? ['normal', 'attack'] : KINDS,
    labels,
    rawLabel: raw.finish(),
    groups: labels,
    groupNames: KINDS.slice(0, binary ? 2 : 4),
    hash: 'f'.repeat(64),
    problems: [],
    problemCount: 0,
  };
}
