import { plainText } from '../../base/index.ts';
import { percentText } from '../../evaluate/index.ts';
import { isoTime, textTable } from '../../table/index.ts';
import { numberCell } from '../page.ts';
import type { ColumnSummary, Exploration } from './exploration.ts';

const LEAKS_SHOWN = 8;

function typical(column: ColumnSummary): string {
  if (column.type === 'text') return plainText(column.top[0]?.name ?? '', 40);
  const median = column.quantiles?.[3];
  if (median === undefined) return '';
  return column.type === 'time' ? isoTime(median) : String(Number(median.toPrecision(6)));
}

/** An exploration for the terminal: what to know first, classes, columns, what tells the label. */
export function exploreText(found: Exploration): string {
  const { data, findings, classes, columns, leaks } = found;
  const lines = [
    `${plainText(data.name)}: ${numberCell(data.rows)} rows by ${data.columns} columns (${data.schema})`,
    '',
    ...findings.map(({ text }) => `! ${plainText(text)}`),
    '',
    textTable(
      [{ title: 'class' }, { title: 'rows', align: 'right' }, { title: 'share', align: 'right' }],
      classes.map(({ name, rows }) => [
        plainText(name),
        numberCell(rows),
        percentText(rows, data.rows),
      ]),
    ),
    '',
    textTable(
      [
        { title: 'column' },
        { title: 'role' },
        { title: 'empty', align: 'right' },
        { title: 'distinct', align: 'right' },
        { title: 'median or most frequent' },
      ],
      columns.map((column) => [
        plainText(column.name),
        column.role,
        percentText(column.empty, data.rows),
        numberCell(column.distinct),
        typical(column),
      ]),
    ),
  ];
  if (leaks) {
    lines.push(
      '',
      `What already tells the label (chance ${leaks.chance.toPrecision(3)}, tree of depth 2: ${leaks.tree.balancedAccuracy.toPrecision(3)}):`,
      textTable(
        [{ title: 'column' }, { title: 'role' }, { title: 'balanced accuracy', align: 'right' }],
        leaks.columns
          .slice(0, LEAKS_SHOWN)
          .map(({ name, role, balancedAccuracy }) => [
            plainText(name),
            role,
            balancedAccuracy.toFixed(3),
          ]),
      ),
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
