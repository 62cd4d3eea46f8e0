import { Random } from '../src/base/index.ts';
import { argusSchema } from '../src/flow/index.ts';
import type { Store } from '../src/store/index.ts';
import { type Column, NumberBuilder, type Table, TextBuilder } from '../src/table/index.ts';

const FLOWS = 1_000_000;
const BATCH = 5000;
const START = Date.UTC(2026, 0, 1) * 1000;
/** Four hours of traffic. */
const GAP = 14_400;

/** Flows of the argus view as a busy site has them. */
function makeFlows(random: Random, from: number): Table {
  const columns = argusSchema.columns.map(({ name, type }): Column => {
    if (type === 'text') {
      const builder = new TextBuilder(BATCH);
      for (let row = 0; row < BATCH; row++) builder.push(word(random, name));
      return builder.finish();
    }
    const builder = new NumberBuilder(BATCH);
    for (let row = 0; row < BATCH; row++) {
      builder.push(type === 'time' ? START + (from + row) * GAP : random.int(100_000) / 10);
    }
    return builder.finish();
  });
  return { schema: argusSchema, rows: BATCH, columns };
}

function word(random: Random, name: string): string {
  if (name.endsWith('Addr')) return `10.${random.int(4)}.${random.int(16)}.${random.int(256)}`;
  if (name.endsWith('port')) return String(random.int(65_536));
  return ['tcp', 'udp', 'icmp'][random.int(3)]!;
}

/** Flows taken in a second with the CPU they cost, and milliseconds of what a hunt asks of them. */
export async function storeFlows(store: Store): Promise<Record<string, number>> {
  const random = new Random(2);
  const writer = store.flows.writer({ view: 'argus', origin: 'bench' });
  let millis = 0;
  let cpu = 0;
  for (let at = 0; at < FLOWS; at += BATCH) {
    const table = makeFlows(random, at);
    const started = performance.now();
    const used = process.cpuUsage();
    await writer.append(table);
    if (at + BATCH >= FLOWS) await writer.close();
    const { user, system } = process.cpuUsage(used);
    cpu += (user + system) / 1000;
    millis += performance.now() - started;
  }
  const figures: Record<string, number> = {
    'flows taken in a second': FLOWS / (millis / 1000),
    'CPU ms for 10,000 of them': cpu / (FLOWS / 10_000),
  };
  const time = async (name: string, ask: () => Promise<unknown>): Promise<void> => {
    await ask();
    const started = performance.now();
    for (let i = 0; i < 5; i++) await ask();
    figures[`${name}, ms`] = (performance.now() - started) / 5;
  };
  const view = { view: 'argus' };
  await time(`newest page of ${FLOWS} flows`, () => store.flows.page(view));
  await time('one host, newest page', () => store.flows.page({ ...view, host: '10.1.2.3' }));
  const hour = { ...view, from: START, to: START + 3600e6 };
  await time('largest flows of an hour', () =>
    store.flows.page({ ...hour, sort: { by: 'TotBytes' } }),
  );
  await time('histogram of bytes', () => store.flows.histogram(view, 'TotBytes'));
  await time('most frequent sources', () => store.flows.distinct(view, 'SrcAddr', { limit: 20 }));
  return figures;
}
