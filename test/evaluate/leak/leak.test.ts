import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import {
  acceptedLeak,
  checkLeaks,
  LEAK_NAMES,
  type LeakName,
  leakText,
  type Protocol,
} from '../../../src/evaluate/leak/index.ts';
import {
  all,
  features,
  fitOn,
  hostOf,
  hostParts,
  type Made,
  madeData,
  protocolOf,
  ROWS,
  randomParts,
  targetMeans,
  timeParts,
  truth,
} from './made.ts';

interface Case {
  readonly what: string;
  readonly name: LeakName;
  /** Where the finding must point, when that is a column or a step. */
  readonly where?: string;
  readonly protocol: () => Protocol;
}

const time = timeParts();
const hosts = hostParts();
const drawn = randomParts();
const draw = new Random(9);
const plain: Made = { timed: false, grouped: false };

/** A column of the test's own among the features. */
function withColumn(name: string, cells: (row: number) => number | string): Protocol {
  const data = madeData({ extra: [{ name, cells }] });
  return protocolOf(data, time, { split: 'time', features: [...features, name] });
}

const twiceIn = (rows: Int32Array): Int32Array => Int32Array.from([...rows, ...rows.slice(0, 200)]);
const attacks = (rows: Int32Array): Int32Array => rows.filter((row) => truth[row]);

const PLANTED: readonly Case[] = [
  {
    what: 'SMOTE before the split: parents on the other side',
    name: 'resampled-before-split',
    protocol: () => {
      const rows = Int32Array.from([...time.train, ...time.train.slice(0, 100)]);
      const parents = rows.map((_, i) => (i < time.train.length ? -1 : time.test[i % 50]!));
      return protocolOf(madeData(), time, { split: 'time', train: { rows, parents } });
    },
  },
  {
    what: 'oversampling before the split: copies of one row on both sides',
    name: 'resampled-before-split',
    protocol: () =>
      protocolOf(madeData(plain), drawn, {
        split: 'random',
        train: { rows: Int32Array.from([...twiceIn(drawn.train), ...drawn.test.slice(0, 80)]) },
        test: { rows: drawn.test },
      }),
  },
  {
    what: 'SMOTE rows among the test rows',
    name: 'synthetic-test-rows',
    protocol: () => {
      const rows = Int32Array.from([...time.test, ...time.test.slice(0, 100)]);
      const parents = rows.map((row, i) => (i < time.test.length ? -1 : row));
      return protocolOf(madeData(), time, { split: 'time', test: { rows, parents } });
    },
  },
  {
    what: 'scaler fitted on all rows',
    name: 'fitted-on-test-cells',
    protocol: () => protocolOf(madeData(), time, { split: 'time', fit: fitOn(all) }),
  },
  {
    what: 'vocabulary of categories learned from all rows',
    name: 'fitted-on-test-cells',
    protocol: () => protocolOf(madeData(), hosts, { split: 'grouped', fit: fitOn(all, ['Proto']) }),
  },
  {
    what: 'target encoding that saw the labels of test rows',
    name: 'fitted-on-test-labels',
    protocol: () => protocolOf(madeData(), time, { split: 'time', fit: targetMeans(all, 'Bytes') }),
  },
  {
    what: 'one host in both folds',
    name: 'group-overlap',
    protocol: () => {
      const some = hosts.test.filter((_, i) => i % 10 === 0);
      const train = Int32Array.from([...hosts.train, ...some]).sort();
      const rest = hosts.test.filter((row) => !some.includes(row));
      return protocolOf(madeData(), { train, test: rest }, { split: 'grouped' });
    },
  },
  {
    what: 'rows of each host dealt out at random',
    name: 'group-overlap',
    protocol: () => protocolOf(madeData({ timed: false }), drawn, { split: 'random' }),
  },
  {
    what: 'the same rows in both parts',
    name: 'same-rows',
    protocol: () => {
      const train = Int32Array.from([...time.train, ...time.test.slice(0, 30)]);
      return protocolOf(madeData(), { train, test: time.test }, { split: 'published' });
    },
  },
  {
    what: 'one record twice in the file, once on each side',
    name: 'same-records',
    protocol: () => {
      const copies = Array.from(
        hosts.test.slice(0, 40),
        (row, i) => [hosts.train[i]!, row] as const,
      );
      return protocolOf(madeData({ copies }), hosts, { split: 'grouped' });
    },
  },
  {
    what: 'copies of feature vectors parted by a random split',
    name: 'identical-vectors',
    protocol: () => {
      const copies = Array.from(
        drawn.test.slice(0, 200),
        (row, i) => [row, drawn.train[i]!] as const,
      );
      const data = madeData({ ...plain, copies, featuresOnly: true });
      return protocolOf(data, drawn, { split: 'random' });
    },
  },
  {
    what: 'copies with a little noise parted by a random split',
    name: 'near-duplicates',
    protocol: () => {
      const copies = Array.from(
        drawn.test.slice(0, 500),
        (row, i) => [row, drawn.train[i]!] as const,
      );
      const data = madeData({ ...plain, copies, featuresOnly: true });
      for (const column of data.table.columns) {
        if (column.kind !== 'number') continue;
        // Rounded first, so that a little noise does not cross the edge of a digit.
        for (const row of all) column.values[row] = Number(column.values[row]!.toPrecision(2));
        for (const [row] of copies) column.values[row]! *= 1 + 1e-6 * draw.next();
      }
      return protocolOf(data, drawn, { split: 'random' });
    },
  },
  {
    what: 'the label under another name',
    name: 'target-copy',
    where: 'category',
    protocol: () => withColumn('category', (row) => (truth[row] ? 'x1' : 'x0')),
  },
  {
    what: 'the label as several codes, one in a hundred wrong',
    name: 'target-copy',
    where: 'severity',
    protocol: () =>
      withColumn('severity', (row) => {
        const label = row % 100 === 7 ? 1 - truth[row]! : truth[row]!;
        return label * 5 + (row % 3);
      }),
  },
  {
    what: 'start time among the features',
    name: 'identity-column',
    where: 'StartTime',
    protocol: () =>
      protocolOf(madeData(), time, { split: 'time', features: [...features, 'StartTime'] }),
  },
  {
    what: 'source address among the features',
    name: 'identity-column',
    where: 'SrcAddr',
    protocol: () =>
      protocolOf(madeData(), time, { split: 'time', features: [...features, 'SrcAddr'] }),
  },
  {
    what: 'an address under an innocent name',
    name: 'identifying-column',
    where: 'sensor_code',
    protocol: () => withColumn('sensor_code', (row) => 1000 + hostOf[row]! * 17),
  },
  {
    what: 'a row number among the features',
    name: 'row-order-column',
    where: 'id',
    protocol: () => withColumn('id', (row) => row + 1),
  },
  {
    what: 'a time stamp under another name, descending and rescaled',
    name: 'row-order-column',
    where: 'age',
    protocol: () => withColumn('age', (row) => (ROWS - row) * 2.5 + 0.001 * Math.sin(row)),
  },
  {
    what: 'windows of 60 s shuffled before the split',
    name: 'windows-straddle',
    protocol: () =>
      protocolOf(madeData({ grouped: false }), drawn, { split: 'random', lookBackSeconds: 60 }),
  },
  {
    what: 'windows of 60 s that reach over the cut of a time split',
    name: 'windows-straddle',
    protocol: () => protocolOf(madeData(), timeParts(20), { split: 'time', lookBackSeconds: 60 }),
  },
  {
    what: 'learned from the future',
    name: 'future-in-training',
    protocol: () =>
      protocolOf(madeData(), { train: time.test, test: time.train }, { split: 'time' }),
  },
  {
    what: 'threshold chosen on the test rows',
    name: 'chosen-on-test',
    where: 'threshold',
    protocol: () =>
      protocolOf(madeData(), time, {
        split: 'time',
        decisions: [{ what: 'threshold', rows: time.test }],
      }),
  },
  {
    what: 'parameters chosen by cross-validation over all rows',
    name: 'chosen-on-test',
    where: 'parameters',
    protocol: () =>
      protocolOf(madeData(), time, {
        split: 'time',
        decisions: [{ what: 'parameters', rows: all }],
      }),
  },
  {
    what: 'test set balanced by dropping harmless rows',
    name: 'test-rows-chosen',
    protocol: () => {
      const positives = attacks(drawn.test).slice(0, 60);
      const rare = Int32Array.from([
        ...drawn.test.filter((row) => !truth[row]).slice(0, 60),
        ...positives,
      ]);
      const train = drawn.train.filter((row) => !truth[row] || row % 3 === 0);
      const data = madeData(plain);
      // Attacks are made rare, so that a balanced test set stands out.
      for (const row of attacks(all)) if (!positives.includes(row)) data.labels[row] = 0;
      return protocolOf(data, { train, test: rare }, { split: 'random' });
    },
  },
];

test('there are twenty planted leaks or more, and every name is planted', () => {
  assert.ok(PLANTED.length >= 20);
  assert.deepEqual(
    LEAK_NAMES.filter((name) => !PLANTED.some((one) => one.name === name)),
    [],
  );
});

for (const { what, name, where, protocol } of PLANTED) {
  test(`caught and named: ${what}`, async () => {
    const verdict = await checkLeaks(protocol());
    assert.equal(verdict.passed, false);
    const leaks = verdict.findings.filter(({ weight }) => weight === 'leak');
    const found = leaks.find((one) => one.name === name);
    assert.ok(found, `found ${leaks.map((one) => one.name).join(', ') || 'nothing'}`);
    if (where) assert.equal(found.where, where);
  });
}

const validation = time.train.slice(-300);
const learned = time.train.slice(0, -300);

const CLEAN: readonly { readonly what: string; readonly protocol: () => Protocol }[] = [
  {
    what: 'first 60 % of the time to train',
    protocol: () => protocolOf(madeData(), time, { split: 'time' }),
  },
  {
    what: 'time split, threshold and parameters chosen on the end of the training time',
    protocol: () =>
      protocolOf(
        madeData(),
        { train: learned, test: time.test },
        {
          split: 'time',
          decisions: [
            { what: 'threshold', rows: validation },
            { what: 'parameters', rows: learned },
          ],
        },
      ),
  },
  {
    what: 'time split with an embargo longer than the windows',
    protocol: () => protocolOf(madeData(), timeParts(130), { split: 'time', lookBackSeconds: 60 }),
  },
  {
    what: 'whole hosts apart',
    protocol: () => protocolOf(madeData(), hosts, { split: 'grouped' }),
  },
  {
    what: 'whole hosts apart, without times',
    protocol: () => protocolOf(madeData({ timed: false }), hosts, { split: 'grouped' }),
  },
  {
    what: 'SMOTE among training rows alone',
    protocol: () => {
      const rows = Int32Array.from([...time.train, ...time.train.slice(0, 100)]);
      const parents = rows.map((_, i) => (i < time.train.length ? -1 : time.train[i % 77]!));
      return protocolOf(madeData(), time, { split: 'time', train: { rows, parents } });
    },
  },
  {
    what: 'oversampling of training rows alone',
    protocol: () =>
      protocolOf(madeData(), hosts, { split: 'grouped', train: { rows: twiceIn(hosts.train) } }),
  },
  {
    what: 'random split of rows without time, host or copies',
    protocol: () => protocolOf(madeData(plain), drawn, { split: 'random' }),
  },
  {
    what: 'a publisher’s training and test files, with other shares of classes',
    protocol: () => {
      const rare = time.test.filter((row) => truth[row] || row % 4 === 0);
      return protocolOf(madeData(), { train: time.train, test: rare }, { split: 'published' });
    },
  },
  {
    what: 'later flows that repeat earlier ones, as keep-alives do',
    protocol: () => {
      const copies = Array.from(
        time.test.slice(0, 400),
        (row, i) => [row, time.train[i]!] as const,
      );
      const data = madeData({ copies, featuresOnly: true });
      return protocolOf(data, time, { split: 'time' });
    },
  },
  {
    what: 'a feature that parts the classes well, and honestly',
    protocol: () => withColumn('fan_out', (row) => Math.round(truth[row]! * 3 + (row % 4))),
  },
  {
    what: 'vectors apart: copies stay on one side',
    protocol: () => {
      const copies = Array.from(
        drawn.test.slice(0, 99),
        (row, i) => [row, drawn.test[200 + i]!] as const,
      );
      const data = madeData({ ...plain, copies, featuresOnly: true });
      return protocolOf(data, drawn, { split: 'random' });
    },
  },
];

test('there are ten clean protocols or more', () => {
  assert.ok(CLEAN.length >= 10);
});

for (const { what, protocol } of CLEAN) {
  test(`no false alarm: ${what}`, async () => {
    const verdict = await checkLeaks(protocol());
    const leaks = verdict.findings.filter(({ weight }) => weight === 'leak');
    assert.deepEqual(leaks, []);
    assert.equal(verdict.passed, true);
  });
}

test('a leak that is accepted by name passes, with its reason in the verdict and the text', async () => {
  const leaky = (): Protocol =>
    protocolOf(madeData(), time, { split: 'time', features: [...features, 'SrcAddr'] });
  const accepted = [acceptedLeak('identity-column=the site knows its servers by address')];
  const verdict = await checkLeaks(leaky(), accepted);
  assert.equal(verdict.passed, true);
  assert.match(leakText(verdict), /accepted identity-column: .*knows its servers/);
  assert.match(leakText(await checkLeaks(leaky())), /LEAK identity-column/);
  assert.equal((await checkLeaks(leaky(), [acceptedLeak('same-rows=x')])).passed, false);
});

test('an acceptance needs a known name and a reason', () => {
  for (const text of ['', 'same-rows', 'same-rows=', 'same-rows= ', 'nonsense=why', '=why']) {
    assert.throws(() => acceptedLeak(text), { code: 'LEAK_NAME' }, text);
  }
});

test('what cannot be checked is said', async () => {
  const { fit, ...rest } = protocolOf(madeData(plain), drawn, { split: 'random' });
  assert.ok(fit);
  const verdict = await checkLeaks(rest);
  const names = verdict.unchecked.map(({ name }) => name);
  assert.deepEqual(names.sort(), [
    'chosen-on-test',
    'fitted-on-test-cells',
    'fitted-on-test-labels',
    'future-in-training',
    'same-records',
    'windows-straddle',
  ]);
  assert.match(leakText(verdict), /not checked windows-straddle: the data have no times/);
});

test('a time column without a time counts as none', async () => {
  const data = madeData();
  const [times] = data.table.columns;
  assert.ok(times?.kind === 'number');
  times.values.fill(Number.NaN);
  const verdict = await checkLeaks(protocolOf(data, hosts, { split: 'grouped' }));
  assert.ok(verdict.unchecked.some(({ name }) => name === 'same-records'));
  assert.deepEqual(verdict.findings, []);
});

test('the verdict is plain data and the same each time', async () => {
  const verdict = await checkLeaks(PLANTED[0]!.protocol());
  assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict);
  assert.deepEqual(await checkLeaks(PLANTED[0]!.protocol()), verdict);
});
