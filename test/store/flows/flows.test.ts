import assert from 'node:assert/strict';
import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { argusSchema, kddSchema } from '../../../src/flow/index.ts';
import {
  FLOW_VIEWS,
  type FlowQuery,
  flowView,
  openStore,
  type Store,
} from '../../../src/store/index.ts';
import { takeRows } from '../../../src/table/index.ts';
import { failFlushes } from '../../failing-flush.ts';
import {
  argusRows,
  code,
  HOUR,
  rowsOf,
  START,
  temporaryFolder,
  temporaryStore,
} from '../fixtures.ts';

const filesIn = (store: Store): string[] =>
  readdirSync(join(store.folder, 'flows'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.parquet'))
    .sort();

async function filled(store: Store, rows = 1000): Promise<void> {
  const writer = store.flows.writer({ view: 'argus', origin: 'file-1' });
  // Five hours in steps of 18 seconds at a thousand rows.
  const ids = Float64Array.from({ length: rows }, (_, row) => row + 1);
  const scores = Float32Array.from({ length: rows }, (_, row) => (row % 10) / 10);
  await writer.append(argusRows(rows, START, (5 * HOUR) / rows), { ids, scores });
  assert.equal(await writer.close(), rows);
}

/** All pages of a query. */
async function allRows(store: Store, query: FlowQuery) {
  const rows: { ref: string; cells: readonly unknown[] }[] = [];
  let after: string | undefined;
  do {
    const page = await store.flows.page({ ...query, ...(after === undefined ? {} : { after }) });
    rows.push(...page.rows);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return rows;
}

test('flows lie in files by view and hour, and come back cell by cell', async (t) => {
  const store = await temporaryStore(t);
  await filled(store);
  const parts = await store.flows.parts();
  assert.deepEqual(
    parts.map(({ path }) => path.split('/').slice(0, 3).join('/')),
    [11, 12, 13, 14, 15].map((hour) => `flows/view=argus/2011-08-16T${hour}`),
  );
  assert.equal(rowsOf(parts), 1000);
  assert.equal(filesIn(store).length, 5);
  const { columns, rows, next } = await store.flows.page({ view: 'argus', limit: 1 });
  const cell = (name: string) => rows[0]!.cells[columns.indexOf(name)];
  assert.equal(cell('StartTime'), START + 999 * 18_000_000);
  assert.equal(cell('SrcAddr'), '10.0.0.5');
  assert.equal(cell('Dport'), '80');
  assert.equal(cell('sTos'), 0);
  assert.equal(cell('flow_id'), 1000);
  assert.ok(Math.abs(Number(cell('score')) - 0.9) < 1e-6);
  assert.equal(rows[0]!.origin, 'file-1');
  assert.ok(next);
});

test('pages in any order hold every row once, empty cells last', async (t) => {
  const store = await temporaryStore(t);
  await filled(store, 300);
  const table = argusRows(300);
  for (const by of ['StartTime', 'sTos', 'Dport', 'SrcAddr', 'TotBytes', 'flow_id']) {
    for (const descending of [true, false]) {
      const query = {
        view: 'argus',
        columns: [by, 'flow_id'],
        sort: { by, descending },
        limit: 37,
      };
      const rows = await allRows(store, query);
      assert.equal(new Set(rows.map(({ cells }) => cells[1])).size, table.rows, by);
      const keys = rows.map(({ cells }) => cells[0] as string | number | null);
      const empty = keys.indexOf(null);
      if (empty >= 0) assert.ok(keys.slice(empty).every((key) => key === null));
      const full = keys.filter((key) => key !== null);
      const sorted = [...full].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      assert.deepEqual(full, descending ? sorted.reverse() : sorted, `${by} ${descending}`);
    }
  }
});

test('pages by time look into few parts first, and give the same', async (t) => {
  const store = await temporaryStore(t, { limits: { nearRows: 400 } });
  // Parts of 300 rows that overlap in time, so that two are near and two beyond.
  for (let i = 0; i < 4; i++) {
    const writer = store.flows.writer({ view: 'argus', origin: `o${i}`, bufferRows: 1e6 });
    const ids = Float64Array.from({ length: 300 }, (_, row) => i * 300 + row);
    await writer.append(argusRows(300, START + i * 60e6, 400_000), { ids });
    await writer.close();
  }
  assert.equal((await store.flows.parts()).length, 4);
  const times = Array.from({ length: 1200 }, (_, id) => [
    START + Math.floor(id / 300) * 60e6 + (id % 300) * 400_000,
    id,
  ]);
  for (const descending of [true, false]) {
    const query = { view: 'argus', columns: ['StartTime', 'flow_id'], limit: 100 };
    const sort = { by: 'StartTime', descending };
    let after: string | undefined;
    const rows: unknown[] = [];
    for (let page = 0; page < 9; page++) {
      const next = await store.flows.page({ ...query, sort, ...(after ? { after } : {}) });
      rows.push(...next.rows.map(({ cells }) => cells[0]));
      after = next.next ?? undefined;
    }
    const sorted = times.map(([time]) => time!).sort((a, b) => (descending ? b - a : a - b));
    assert.deepEqual(rows, sorted.slice(0, 900));
    // A rare filter has its rows anywhere.
    const where = [{ field: 'flow_id', is: 'one of', value: [5, 310, 1199] }] as const;
    const rare = await store.flows.page({ ...query, where, sort });
    assert.equal(rare.rows.length, 3);
  }
});

test('filters agree with the same done by hand', async (t) => {
  const store = await temporaryStore(t);
  await filled(store, 300);
  const count = (where: object[], rest: object = {}) =>
    store.flows.count({ view: 'argus', where: where as never, ...rest });
  const rows = Array.from({ length: 300 }, (_, row) => row);
  const by = (test: (row: number) => boolean): number => rows.filter(test).length;
  assert.equal(await count([]), 300);
  assert.equal(
    await count([{ field: 'Proto', is: 'equal', value: 'udp' }]),
    by((r) => r % 3 === 0),
  );
  assert.equal(
    await count([{ field: 'Dport', is: 'empty' }]),
    by((r) => r % 5 === 0),
  );
  assert.equal(
    await count([{ field: 'Dport', is: 'not equal', value: '80' }]),
    by((r) => r % 5 === 0),
  );
  assert.equal(
    await count([{ field: 'sTos', is: 'not empty' }]),
    by((r) => r % 4 !== 0),
  );
  assert.equal(
    await count([{ field: 'TotBytes', is: 'at least', value: 1000 }]),
    by((r) => r % 20 >= 10),
  );
  assert.equal(
    await count([{ field: 'SrcAddr', is: 'one of', value: ['10.0.0.1', '10.0.0.2', 'x'] }]),
    by((r) => r % 7 === 1 || r % 7 === 2),
  );
  assert.equal(
    await count([{ field: 'SrcAddr', is: 'none of', value: ['10.0.0.1'] }]),
    by((r) => r % 7 !== 1),
  );
  assert.equal(await count([{ field: 'SrcAddr', is: 'one of', value: [] }]), 0);
  assert.equal(
    await count([{ field: 'SrcAddr', is: 'contains', value: '0.0.3' }]),
    by((r) => r % 7 === 3),
  );
  assert.equal(
    await count([{ field: 'Proto', is: 'starts', value: 'U' }]),
    by((r) => r % 3 === 0),
  );
  assert.equal(await count([{ field: 'SrcAddr', is: 'contains', value: '%' }]), 0);
  assert.equal(await count([{ field: 'SrcAddr', is: 'equal', value: "' or true --" }]), 0);
  const step = (5 * HOUR) / 300;
  const hour = { from: START + HOUR, to: START + 2 * HOUR };
  assert.equal(
    await count([], hour),
    by((r) => r * step >= HOUR && r * step < 2 * HOUR),
  );
  assert.equal(await count([{ field: 'StartTime', is: 'less', value: START + step }]), 1);
  assert.equal(
    await count([], { host: '192.0.2.4' }),
    by((r) => r % 11 === 4),
  );
  assert.equal(
    await count([], { host: '10.0.0.4' }),
    by((r) => r % 7 === 4),
  );
  assert.equal(await count([], { origin: 'file-1' }), 300);
  assert.equal(await count([], { origin: 'file-2' }), 0);
});

test('questions that make no sense are refused', async (t) => {
  const store = await temporaryStore(t);
  await filled(store, 10);
  const refused = (query: object) =>
    assert.rejects(
      store.flows.page({ view: 'argus', ...query } as never),
      code('STORE_QUERY'),
      JSON.stringify(query),
    );
  await refused({ view: 'nothing' });
  await refused({ view: "argus' or 1=1" });
  await refused({ columns: ['1; drop'] });
  await refused({ columns: [] });
  await refused({ sort: { by: 'filename' } });
  await refused({ where: [{ field: 'file_row_number', is: 'equal', value: 0 }] });
  await refused({ where: [{ field: 'Proto', is: 'equal', value: 1 }] });
  await refused({ where: [{ field: 'Dur', is: 'equal', value: '1' }] });
  await refused({ where: [{ field: 'Dur', is: 'contains', value: 1 }] });
  await refused({ where: [{ field: 'StartTime', is: 'less', value: 1e300 }] });
  await refused({ where: [{ field: 'StartTime', is: 'less' }] });
  await refused({ after: 'rubbish' });
  await refused({ limit: 5000 });
  await refused({ view: 'kdd', host: '10.0.0.1' });
  await assert.rejects(store.flows.histogram({ view: 'argus' }, 'x'), code('STORE_QUERY'));
  await assert.rejects(store.flows.distinct({ view: 'argus' }, 'x'), code('STORE_QUERY'));
  assert.throws(() => store.flows.writer({ view: 'x', origin: 'a' }), code('STORE_QUERY'));
});

test('histograms and distinct values count every row', async (t) => {
  const store = await temporaryStore(t);
  await filled(store, 300);
  const view = { view: 'argus' };
  const bytes = await store.flows.histogram(view, 'TotBytes', 4);
  assert.deepEqual(
    bytes.bars!.map(({ from, to, count }) => [from, to, count]),
    [
      [0, 475, 75],
      [475, 950, 75],
      [950, 1425, 75],
      [1425, 1900, 75],
    ],
  );
  const tos = await store.flows.histogram(view, 'sTos', 10);
  assert.deepEqual([tos.rows, tos.empty, tos.bars], [300, 75, [{ from: 0, to: 0, count: 225 }]]);
  const times = await store.flows.histogram(view, 'StartTime', 5);
  assert.equal(times.bars![0]!.from, START);
  assert.equal(
    times.bars!.reduce((sum, { count }) => sum + count, 0),
    300,
  );
  const proto = await store.flows.histogram(view, 'Proto', 1);
  assert.deepEqual([proto.rows, proto.words], [300, [{ value: 'tcp', count: 200 }]]);
  assert.deepEqual(await store.flows.distinct(view, 'SrcAddr', { prefix: '10.0.0.6' }), [
    { value: '10.0.0.6', count: 42 },
  ]);
  assert.deepEqual((await store.flows.distinct(view, 'TotPkts', { limit: 1 }))[0], {
    value: 2,
    count: 34,
  });
  const none = { view: 'argus', origin: 'nobody' };
  assert.deepEqual(await store.flows.histogram(none, 'Proto'), {
    column: 'Proto',
    rows: 0,
    empty: 0,
    words: [],
  });
  assert.deepEqual((await store.flows.page(none)).rows, []);
});

test('a stream gives every row in order, and files are not deleted under it', async (t) => {
  const store = await temporaryStore(t);
  await filled(store, 5000);
  const ids: number[] = [];
  let dropped: Promise<number> | undefined;
  const query = { view: 'argus', columns: ['flow_id'], sort: { by: 'flow_id', descending: false } };
  for await (const { rows } of store.flows.stream(query)) {
    dropped ??= store.flows.dropOrigin('file-1');
    ids.push(...rows.map(({ cells }) => Number(cells[0])));
  }
  assert.deepEqual(
    ids,
    Array.from({ length: 5000 }, (_, row) => row + 1),
  );
  assert.equal(await dropped, 5000);
  assert.deepEqual(filesIn(store), []);
  let limited = 0;
  await filled(store, 100);
  for await (const { rows } of store.flows.stream({ ...query, limit: 7 })) limited += rows.length;
  assert.equal(limited, 7);
  for await (const _ of store.flows.stream(query)) break;
  assert.equal(await store.flows.dropOrigin('file-1'), 100, 'a stream left early holds nothing');
});

test('the buffer is bounded, and forged times do not make a file a row', async (t) => {
  const store = await temporaryStore(t);
  const writer = store.flows.writer({ view: 'argus', origin: 'o', bufferRows: 500 });
  const random = new Random(1);
  for (let i = 0; i < 4; i++) {
    const table = argusRows(250);
    const times = table.columns[0]!;
    if (times.kind === 'number') {
      for (let row = 0; row < 250; row++) times.values[row] = random.int(2 ** 31) * 1e6;
      times.values[0] = Number.NaN;
      times.values[1] = 1e300;
      times.values[2] = -1e17;
    }
    await writer.append(table);
  }
  assert.equal(rowsOf(await store.flows.parts()), 1000, 'full buffers were written unasked');
  assert.ok(filesIn(store).length <= 2 * 17);
  assert.equal(await writer.close(), 1000);
  assert.equal(await store.flows.count({ view: 'argus' }), 1000);
  assert.equal((await allRows(store, { view: 'argus', limit: 400 })).length, 1000);
  await assert.rejects(writer.append(argusRows(1)), code('TABLE_CLOSED'));
});

test('what was not flushed is not there; tables of another view are refused', async (t) => {
  const store = await temporaryStore(t);
  const writer = store.flows.writer({ view: 'argus', origin: 'o' });
  await writer.append(argusRows(10));
  assert.equal(await store.flows.count({ view: 'argus' }), 0);
  const wrong = { ...argusRows(1), schema: kddSchema };
  await assert.rejects(writer.append(wrong), code('TABLE_SCHEMA'));
  writer.abort();
  assert.deepEqual(filesIn(store), []);
  const rows = takeRows(argusRows(10), Int32Array.of(1, 2));
  const other = store.flows.writer({ view: 'argus', origin: 'o' });
  await other.append(rows);
  assert.equal(await other.flush(), 2);
  assert.equal(await other.flush(), 2, 'nothing new, nothing written');
  assert.equal(filesIn(store).length, 1);
});

test('a flush that the disk refuses keeps the rows for a second try, and leaves no file', async (t) => {
  const store = await temporaryStore(t);
  await filled(store, 100);
  await filled(store, 100);
  const before = filesIn(store);
  const writer = store.flows.writer({ view: 'argus', origin: 'file-2' });
  await writer.append(argusRows(100));
  const mend = failFlushes(t);
  await assert.rejects(writer.flush(), code('STORE_IO'));
  await assert.rejects(store.flows.compact(), code('STORE_IO'));
  assert.deepEqual(filesIn(store), before);
  assert.equal(await store.flows.count({ view: 'argus', origin: 'file-2' }), 0);
  mend();
  assert.equal(await writer.close(), 100);
  assert.equal(await store.flows.count({ view: 'argus', origin: 'file-2' }), 100);
  assert.ok((await store.flows.compact()) > 0);
  assert.equal(await store.flows.count({ view: 'argus' }), 300);
});

test('small parts are joined, with the same rows', async (t) => {
  const store = await temporaryStore(t);
  const writer = store.flows.writer({ view: 'argus', origin: 'o' });
  for (let i = 0; i < 6; i++) {
    await writer.append(argusRows(20, START + i * 60e6, 1e6, i * 20), {
      ids: Float64Array.from({ length: 20 }, (_, row) => i * 20 + row),
    });
    await writer.flush();
  }
  const query = { view: 'argus', sort: { by: 'flow_id', descending: false }, limit: 1000 };
  const before = (await store.flows.page(query)).rows.map(({ cells }) => cells);
  assert.equal(filesIn(store).length, 6);
  assert.equal(await store.flows.compact(), 6);
  assert.equal(filesIn(store).length, 1);
  const [part] = await store.flows.parts();
  assert.deepEqual([part!.rows, part!.first, part!.last], [120, START, START + 319e6]);
  assert.deepEqual(
    (await store.flows.page(query)).rows.map(({ cells }) => cells),
    before,
  );
  assert.equal(await store.flows.compact(), 0);
});

test('parts of another version are left alone and told of', async (t) => {
  const folder = temporaryFolder(t);
  const old = flowView({ ...argusSchema, version: 0 }, ['SrcAddr', 'DstAddr']);
  const before = await openStore({ folder, views: [old] });
  const writer = before.flows.writer({ view: 'argus', origin: 'old' });
  await writer.append({ ...argusRows(5), schema: { ...argusSchema, version: 0 } });
  await writer.close();
  await before.close();
  const store = await openStore({ folder });
  t.after(() => store.close());
  const page = await store.flows.page({ view: 'argus' });
  assert.deepEqual([page.rows.length, page.unread], [0, 1]);
  assert.ok(FLOW_VIEWS.length >= 3);
});

test('what a crash left behind is swept at the next start; damage is told', async (t) => {
  const folder = temporaryFolder(t);
  const first = await openStore({ folder });
  await filled(first, 100);
  const [part, other] = await first.flows.parts();
  await first.close();
  const { copyFileSync, writeFileSync } = await import('node:fs');
  const orphan = join(folder, part!.path.replace(part!.id, 'orphan'));
  copyFileSync(join(folder, part!.path), orphan);
  writeFileSync(`${orphan}.tmp-1`, 'half');
  writeFileSync(join(folder, 'uploads', 'nobodys'), 'x');
  const store = await openStore({ folder });
  t.after(() => store.close());
  assert.ok(!existsSync(orphan) && !existsSync(`${orphan}.tmp-1`));
  assert.ok(!existsSync(join(folder, 'uploads', 'nobodys')));
  assert.equal(await store.flows.count({ view: 'argus' }), 100);
  truncateSync(join(folder, other!.path), 100);
  await assert.rejects(store.flows.page({ view: 'argus' }), code('STORE_DAMAGED'));
});

test('time and memory of a query are limited', async (t) => {
  const folder = temporaryFolder(t);
  const limited = (limits: object) => openStore({ folder, limits });
  const store = await limited({});
  const writer = store.flows.writer({ view: 'argus', origin: 'o', bufferRows: 1e6 });
  for (let i = 0; i < 5; i++) await writer.append(argusRows(20_000, START, 1, i * 20_000));
  await writer.close();
  await store.close();
  const ask = async (limits: object) => {
    const one = await limited(limits);
    try {
      return await one.flows.distinct({ view: 'argus' }, 'Dur');
    } finally {
      await one.close();
    }
  };
  await assert.rejects(ask({ queryMillis: 1 }), code('STORE_LIMIT'));
  await assert.rejects(ask({ memoryMegabytes: 2 }), code('STORE_LIMIT'));
  assert.equal((await ask({})).length, 50);
});
