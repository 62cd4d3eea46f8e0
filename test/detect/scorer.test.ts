import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readModels, shippedModels } from '../../src/cli/model-path.ts';
import { FlowScorer, ScorerSet, ViewFlows } from '../../src/detect/index.ts';
import { zeekTable } from '../../src/flow/index.ts';
import { meterCaptures } from '../../src/pipeline.ts';
import { numbers, schemaId, type Table, textAt, texts } from '../../src/table/index.ts';

const models = readModels([]);
const scorerOf = (name: string): FlowScorer => {
  const { file, hash } = models.find((each) => each.name === name)!;
  return new FlowScorer(file, hash, name);
};

test('the shipped models load; only the botnet model may raise alerts', () => {
  assert.deepEqual(shippedModels(), [
    'ctu13-botnet',
    'kdd99-category',
    'ton-iot-threat',
    'ton-iot-type',
  ]);
  const facts = models.map(({ file, hash, name }) => new FlowScorer(file, hash, name).facts);
  assert.deepEqual(
    facts.map(({ name, role, schema }) => [name, role, schema]),
    [
      ['ctu13-botnet', 'raises', 'argus@1'],
      ['kdd99-category', 'corroborates', 'kdd@1'],
      ['ton-iot-threat', 'corroborates', 'zeek@1'],
      ['ton-iot-type', 'corroborates', 'zeek@1'],
    ],
  );
  assert.equal(scorerOf('ton-iot-type').facts.kinds!.length, 9);
  assert.deepEqual([...scorerOf('kdd99-category').facts.kinds!].sort(), [
    'dos',
    'probe',
    'r2l',
    'u2r',
  ]);
  for (const { falsePositiveRate, falsePositiveRateUpper } of facts) {
    assert.ok(falsePositiveRate < falsePositiveRateUpper);
  }
});

test('a host of a model that corroborates is held against the rate of other networks', () => {
  for (const name of ['kdd99-category', 'ton-iot-threat', 'ton-iot-type']) {
    const { file } = models.find((each) => each.name === name)!;
    const { foreign } = file.facts as { foreign: { upper: number; benign: { flows: number } } };
    assert.ok(foreign.benign.flows > 1000, name);
    assert.equal(scorerOf(name).facts.falsePositiveRateUpper, foreign.upper);
  }
});

test('a model whose view, pipeline and columns do not fit together is refused', () => {
  const [argus] = models;
  const zeek = models.find(({ name }) => name === 'ton-iot-threat')!;
  const refused = (changes: object): void => {
    assert.throws(() => new FlowScorer({ ...zeek.file, ...changes }, zeek.hash), /DETECT_MODEL/);
  };
  refused({ schema: 'zeek@2' });
  refused({ schema: 'argus@1' });
  refused({ pipeline: argus!.file.pipeline, schema: 'argus@1' });
  refused({ metrics: {} });
});

async function zeekTables(path: string): Promise<{ table: Table; from: string[] }[]> {
  const found: { table: Table; from: string[] }[] = [];
  const flows = new ViewFlows();
  await meterCaptures([path], {
    onConns(conns) {
      const batch = flows.ofConns(conns);
      const from = Array.from({ length: batch.length }, (_, row) => {
        const bytes = batch.addresses.subarray(row * 32, row * 32 + batch.addressLength[row]!);
        return `${bytes.join('.')} ${batch.start[row]} ${batch.responderPort[row]}`;
      });
      found.push({ table: zeekTable(conns), from });
    },
  });
  return found;
}

test('rows of the zeek view keep originator, time and port as flow records', async () => {
  for (const { table, from } of await zeekTables('examples/office.pcap')) {
    const host = texts(table, 'id.orig_h');
    const port = numbers(table, 'id.resp_p');
    const proto = texts(table, 'proto');
    const start = numbers(table, 'ts');
    for (const [row, text] of from.entries()) {
      if (!textAt(host, row)!.includes('.')) continue;
      const shown = textAt(proto, row) === 'icmp' ? 0 : port[row];
      assert.equal(text, `${textAt(host, row)} ${start[row]} ${shown}`);
    }
  }
});

test('each model scores the rows of its own view, and kinds and harmlessness sum to one', async () => {
  const set = new ScorerSet(models.map(({ file, hash, name }) => new FlowScorer(file, hash, name)));
  assert.deepEqual(set.needs, { zeek: true, kdd: true });
  const [first] = await zeekTables('examples/office.pcap');
  const scored = set.score(first!.table);
  assert.deepEqual(
    scored.map(({ model }) => set.facts[model]!.name),
    ['ton-iot-threat', 'ton-iot-type'],
  );
  assert.ok(set.facts.every(({ schema }) => set.reads(schema!)));
  assert.equal(schemaId(first!.table.schema), 'zeek@1');
  const { scores, kinds } = scored[1]!;
  for (let row = 0; row < scores.length; row++) {
    const harm = kinds!.subarray(row * 9, row * 9 + 9).reduce((sum, each) => sum + each, 0);
    assert.ok(Math.abs(harm - scores[row]!) < 1e-5);
  }
});
