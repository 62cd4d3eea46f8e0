import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ColumnPlan,
  defaultSpec,
  fitPipeline,
  type Pipeline,
  pipelineFromJSON,
  type Step,
} from '../../src/features/index.ts';
import { argusSchema } from '../../src/flow/index.ts';
import { takeRows } from '../../src/table/index.ts';
import { argusTable, type Cell, mixedSchema, mixedTable } from './tables.ts';

const empty = undefined;

function fitSize(sizes: readonly Cell[], ...steps: Step[]): { pipeline: Pipeline; out: number[] } {
  const table = mixedTable(sizes.map((size) => [size, 'a']));
  const pipeline = fitPipeline({ schema: mixedSchema, plans: [{ from: 'size', steps }] }, table);
  return { pipeline, out: [...pipeline.transform(table).data] };
}

function fitKind(kinds: readonly Cell[], ...steps: Step[]): Pipeline {
  const table = mixedTable(kinds.map((kind) => [1, kind]));
  return fitPipeline({ schema: mixedSchema, plans: [{ from: 'kind', steps }] }, table);
}

/** Names of the columns that are 1 for each word. */
function hot(pipeline: Pipeline, ...kinds: Cell[]): string[] {
  const { data, cols, names } = pipeline.transform(mixedTable(kinds.map((kind) => [1, kind])));
  return kinds.map((_, row) => names.filter((_name, c) => data[row * cols + c] === 1).join('+'));
}

describe('number steps', () => {
  it('imputes the median, the most frequent value or a constant', () => {
    const cells = [1, 9, empty, 9, 2];
    assert.deepEqual(fitSize(cells, { kind: 'impute', with: 'median' }).out, [1, 9, 5.5, 9, 2]);
    assert.deepEqual(fitSize(cells, { kind: 'impute', with: 'mostFrequent' }).out[2], 9);
    assert.deepEqual(fitSize([1, 2, empty], { kind: 'impute', with: 'mostFrequent' }).out[2], 1);
    assert.equal(fitSize(cells, { kind: 'impute', with: 'constant', value: -1 }).out[2], -1);
    assert.equal(fitSize([empty], { kind: 'impute', with: 'median' }).out[0], 0);
  });

  it('marks what was empty, and leaves it NaN when nothing imputes', () => {
    const step: Step = { kind: 'impute', with: 'constant', value: 7, indicator: true };
    const { pipeline, out } = fitSize([1, empty, Number.POSITIVE_INFINITY], step);
    assert.deepEqual(pipeline.names, ['size', 'size=<missing>']);
    assert.deepEqual(out, [1, 0, 7, 1, 7, 1]);
    assert.ok(Number.isNaN(fitSize([empty, 1], { kind: 'log1p' }).out[0]));
  });

  it('takes logarithms of both signs and standardises', () => {
    const { out } = fitSize([0, Math.E - 1, 1 - Math.E], { kind: 'log1p' });
    assert.deepEqual(out, [0, 1, -1]);
    const scaled = [-3, -1, 1, 3].map((value) => Math.fround(value / Math.sqrt(5)));
    assert.deepEqual(fitSize([2, 4, 6, 8], { kind: 'standard' }).out, scaled);
    assert.deepEqual(fitSize([0.1, 0.1, 0.1], { kind: 'standard' }).out, [0, 0, 0]);
    assert.ok(
      fitSize([1e300, -1e300], { kind: 'impute', with: 'median' }).out.every(Number.isFinite),
    );
  });

  it('one-hots numbers by value', () => {
    const { pipeline, out } = fitSize(
      [0, 192, empty],
      { kind: 'impute', with: 'constant', value: -1 },
      { kind: 'oneHot' },
    );
    assert.deepEqual(pipeline.names, ['size=-1', 'size=0', 'size=192']);
    assert.deepEqual(out, [0, 1, 0, 0, 0, 1, 1, 0, 0]);
  });
});

describe('one-hot', () => {
  const kinds = ['tcp', 'udp', 'tcp', 'arp', 'icmp', 'udp', 'tcp'];

  it('has a column a category in code-unit order, and zeros for unseen words', () => {
    const pipeline = fitKind(kinds, { kind: 'oneHot' });
    assert.deepEqual(pipeline.names, ['kind=arp', 'kind=icmp', 'kind=tcp', 'kind=udp']);
    assert.deepEqual(hot(pipeline, 'udp', 'gre', empty), ['kind=udp', '', '']);
  });

  it('groups infrequent categories, and by default unseen ones with them', () => {
    const few = fitKind(kinds, { kind: 'oneHot', minFrequency: 2 });
    assert.deepEqual(few.names, ['kind=tcp', 'kind=udp', 'kind=<infrequent>']);
    assert.deepEqual(hot(few, 'arp', 'gre'), ['kind=<infrequent>', 'kind=<infrequent>']);
    const share = fitKind(kinds, { kind: 'oneHot', minFrequency: 0.4 });
    assert.deepEqual(share.names, ['kind=tcp', 'kind=<infrequent>']);
    const most = fitKind(kinds, { kind: 'oneHot', maxCategories: 3 });
    assert.deepEqual(most.names, ['kind=tcp', 'kind=udp', 'kind=<infrequent>']);
    assert.equal(fitKind(kinds, { kind: 'oneHot', maxCategories: 4 }).names.length, 4);
  });

  it('can tell infrequent from unseen', () => {
    const zeros = fitKind(kinds, { kind: 'oneHot', minFrequency: 2, unseen: 'zeros' });
    assert.deepEqual(hot(zeros, 'arp', 'gre'), ['kind=<infrequent>', '']);
    const column = fitKind(kinds, { kind: 'oneHot', minFrequency: 2, unseen: 'column' });
    assert.deepEqual(hot(column, 'arp', 'gre'), ['kind=<infrequent>', 'kind=<unseen>']);
  });

  it('drops nothing unless asked to', () => {
    const pipeline = fitKind(kinds, { kind: 'oneHot', drop: 'first', unseen: 'column' });
    assert.deepEqual(pipeline.names, ['kind=icmp', 'kind=tcp', 'kind=udp', 'kind=<unseen>']);
    assert.deepEqual(hot(pipeline, 'arp', 'icmp', 'gre'), ['', 'kind=icmp', 'kind=<unseen>']);
  });

  it('makes empty cells a category of their own, with a mark if wanted', () => {
    const impute: Step = { kind: 'impute', with: 'constant', indicator: true };
    const pipeline = fitKind(['tcp', empty], impute, { kind: 'oneHot' });
    assert.deepEqual(pipeline.names, ['kind=<missing>', 'kind=tcp', 'kind=<missing>']);
    assert.deepEqual(hot(pipeline, empty), ['kind=<missing>+kind=<missing>']);
    const frequent = fitKind(
      ['tcp', 'tcp', 'udp', empty],
      { kind: 'impute', with: 'mostFrequent' },
      {
        kind: 'oneHot',
      },
    );
    assert.deepEqual(hot(frequent, empty), ['kind=tcp']);
  });

  it('refuses steps that do not fit', () => {
    const wrong: Step[][] = [
      [],
      [{ kind: 'log1p' }, { kind: 'oneHot' }],
      [{ kind: 'oneHot' }, { kind: 'impute', with: 'constant' }],
      [{ kind: 'impute', with: 'median' }, { kind: 'oneHot' }],
      [{ kind: 'impute', with: 'constant', value: 4 }, { kind: 'oneHot' }],
    ];
    for (const steps of wrong) {
      assert.throws(() => fitKind(kinds, ...steps), { code: 'FEATURE_STEP' });
    }
    const text: Step = { kind: 'impute', with: 'constant', value: 'x' };
    assert.throws(() => fitSize([1], text), { code: 'FEATURE_STEP' });
  });
});

describe('pipeline', () => {
  const many = Array.from({ length: 5000 }, (_, i): [Cell, Cell] => [
    i % 7 === 0 ? empty : i * 1.5,
    i % 11 === 0 ? empty : `word${i % 9}`,
  ]);
  const spec = {
    schema: mixedSchema,
    plans: [
      {
        from: 'size',
        steps: [
          { kind: 'impute', with: 'median', indicator: true },
          { kind: 'log1p' },
          { kind: 'standard' },
        ],
      },
      { from: 'kind', steps: [{ kind: 'impute', with: 'constant' }, { kind: 'oneHot' }] },
    ] as ColumnPlan[],
  };

  it('learns from the rows named and from no other', () => {
    const table = mixedTable(many);
    const rows = Int32Array.from({ length: 2000 }, (_, i) => i * 2);
    const pipeline = fitPipeline(spec, table, rows);
    assert.equal(fitPipeline(spec, takeRows(table, rows)).hash(), pipeline.hash());
    const changed = many.map((cells, i): readonly [Cell, Cell] =>
      i % 2 === 0 ? cells : [1e9, 'odd'],
    );
    assert.equal(fitPipeline(spec, mixedTable(changed), rows).hash(), pipeline.hash());
    assert.notEqual(fitPipeline(spec, table).hash(), pipeline.hash());
    assert.throws(() => fitPipeline(spec, table, new Int32Array(0)), { code: 'FEATURE_ROWS' });
  });

  it('gives the same cells by rows, in blocks and from another dictionary', () => {
    const table = mixedTable(many);
    const pipeline = fitPipeline(spec, table);
    const whole = pipeline.transform(table);
    const rows = Int32Array.from(many, (_, i) => many.length - 1 - i);
    const backwards = pipeline.transform(table, rows);
    const other = pipeline.transform(mixedTable([...many].reverse()));
    assert.deepEqual(backwards.data, other.data);
    for (const row of [0, 1, 2047, 2048, 4999]) {
      const from = (many.length - 1 - row) * whole.cols;
      assert.deepEqual(
        whole.data.slice(row * whole.cols, (row + 1) * whole.cols),
        backwards.data.slice(from, from + whole.cols),
      );
    }
  });

  it('tells where each column comes from', () => {
    const pipeline = fitPipeline(spec, mixedTable(many));
    const at = (name: string) => pipeline.origin(pipeline.names.indexOf(name));
    assert.deepEqual(at('size'), { from: 'size', inputs: ['size'], step: 'standard' });
    assert.equal(at('size=<missing>').step, 'missing');
    const word = { from: 'kind', inputs: ['kind'], step: 'oneHot', category: 'word3' };
    assert.deepEqual(at('kind=word3'), word);
  });

  it('refuses a table of another schema', () => {
    const pipeline = fitPipeline(spec, mixedTable(many));
    assert.throws(() => pipeline.transform(argusTable({})), { code: 'FEATURE_SCHEMA' });
    const newer = { ...mixedTable(many), schema: { ...mixedSchema, version: 4 } };
    assert.throws(() => pipeline.transform(newer), /mixed@4.*mixed@3/);
  });
});

describe('default spec', () => {
  it('makes finite columns of any argus row, from its features only', () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      Dur: i % 5,
      State: ['FSPA_FSPA', 'S_RA', 'CON', 'INT', empty][i % 5],
      Proto: ['tcp', 'udp'][i % 2],
      dTos: i % 3 === 0 ? empty : 0,
    }));
    const pipeline = fitPipeline(defaultSpec(argusSchema), argusTable(...rows));
    const odd = argusTable(
      { Dur: 0, State: 'RST', Proto: 'never', sTos: 255, TotPkts: 0 },
      { Dur: empty, State: empty, Proto: empty, Dir: empty, sTos: empty, TotBytes: empty },
      { Dur: -5, TotBytes: 1e308, SrcBytes: 1e308 },
    );
    assert.ok(pipeline.transform(odd).data.every(Number.isFinite));
    const roles = new Map(argusSchema.columns.map((column) => [column.name, column.role]));
    pipeline.names.forEach((_, c) => {
      for (const input of pipeline.origin(c).inputs) assert.equal(roles.get(input), 'feature');
    });
  });

  it('derives sizes, rates and flags of the row', () => {
    const names = ['BytesPerPkt', 'SrcBytesShare', 'DstBytes', 'PktsPerSec', 'BytesPerSec'];
    const plans: ColumnPlan[] = [...names, 'StateFlags'].map((from) => ({ from, steps: [] }));
    const table = argusTable({ State: 'SPA_SRA' }, { Dur: 0, State: 'CON' });
    const pipeline = fitPipeline({ schema: argusSchema, plans }, table);
    const { data, cols } = pipeline.transform(table);
    assert.deepEqual([...data.slice(0, 5)], [250, 0.25, 750, 2, 500]);
    assert.deepEqual([...data.slice(cols, cols + 5)], [250, 0.25, 750, Number.NaN, Number.NaN]);
    const set = pipeline.names.filter((_, c) => c >= 5 && data[c] === 1);
    assert.deepEqual(
      set.map((name) => name.replace('StateFlags.', '')),
      ['Src.SYN', 'Src.PSH', 'Src.ACK', 'Dst.SYN', 'Dst.RST', 'Dst.ACK'],
    );
    assert.ok(data.slice(cols + 5).every((bit) => bit === 0));
    assert.deepEqual(pipeline.origin(0).inputs, ['TotBytes', 'TotPkts']);
  });

  it('leaves out what needs a dropped column', () => {
    const spec = defaultSpec(argusSchema, { drop: ['Dur', 'State'] });
    const sources = spec.plans.map((plan) => plan.from);
    for (const gone of ['Dur', 'PktsPerSec', 'BytesPerSec', 'StateWord', 'StateFlags']) {
      assert.ok(!sources.includes(gone));
    }
    assert.ok(sources.includes('BytesPerPkt'));
  });

  it('serves a schema it has no special plan for', () => {
    const table = mixedTable(Array.from({ length: 30 }, (_, i) => [i, 'a']));
    const pipeline = fitPipeline(defaultSpec(mixedSchema), table);
    assert.deepEqual(pipeline.names, ['size', 'kind=a']);
    assert.equal(pipelineFromJSON(pipeline.toJSON()).hash(), pipeline.hash());
  });
});
