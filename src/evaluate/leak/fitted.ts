import { Random } from '../../base/index.ts';
import type { Column, LabelledTable } from '../../table/index.ts';
import type { LeakFinding, Protocol } from './protocol.ts';

/** The data with the labels of the test rows dealt out anew. */
function otherLabels(data: LabelledTable, test: Int32Array, seed: number): LabelledTable {
  const labels = data.labels.slice();
  const random = new Random(seed).fork('leak labels');
  const classes = Math.max(1, data.classes.length);
  for (const row of test) labels[row] = (labels[row]! + 1 + random.int(classes)) % classes;
  return { ...data, labels };
}

/** The data with other cells in the test rows: far-off numbers, words that nobody met, empty cells. */
function otherCells(data: LabelledTable, test: Int32Array): LabelledTable {
  const { table } = data;
  const columns = table.columns.map((column): Column => {
    if (column.kind === 'text') {
      const codes = column.codes.slice();
      const dictionary = [...column.dictionary, 'a word of the test part'];
      test.forEach((row, i) => {
        codes[row] = i % 3 === 0 ? -1 : dictionary.length - 1;
      });
      return { kind: 'text', codes, dictionary };
    }
    const values = column.values.slice();
    test.forEach((row, i) => {
      const value = values[row]!;
      values[row] = i % 3 === 0 ? Number.NaN : 1e6 + 3 * (Number.isNaN(value) ? 0 : value);
    });
    return { kind: 'number', values };
  });
  return { ...data, table: { ...table, columns } };
}

/**
 * Whether anything before the model was fitted on test rows: what is fitted must stay the same, to the
 * byte, when the labels or the cells of the test rows are others.
 */
export async function fittedOnTest(protocol: Protocol): Promise<LeakFinding[]> {
  const { data, test, fit, seed } = protocol;
  if (!fit) return [];
  const before = await fit(data);
  const findings: LeakFinding[] = [];
  if ((await fit(otherLabels(data, test.rows, seed))) !== before) {
    findings.push({
      name: 'fitted-on-test-labels',
      weight: 'leak',
      where: 'preparation',
      text: 'What was fitted before the model changes when the labels of the test rows are permuted.',
      todo: 'Fit selections, encoders and resampling on training rows alone',
    });
  }
  if ((await fit(otherCells(data, test.rows))) !== before) {
    findings.push({
      name: 'fitted-on-test-cells',
      weight: 'leak',
      where: 'preparation',
      text: 'What was fitted before the model changes when the cells of the test rows change.',
      todo: 'Fit scalers, imputers, vocabularies and selections on training rows alone',
    });
  }
  return findings;
}
