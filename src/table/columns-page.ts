import { type ColumnSpec, type Schema, schemaId } from './schema.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function row(column: ColumnSpec): string {
  const cells = [
    `\`${column.name}\``,
    column.type,
    column.unit ?? '',
    column.role,
    column.live ? 'yes' : 'no',
    cell(column.meaning),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The page of `docs/columns` for a schema: Markdown, one table row a column. */
export function columnsPage(schema: Schema): string {
  return [
    `# Columns of the ${schema.name} view`,
    '',
    `Schema \`${schemaId(schema)}\`, ${schema.columns.length} columns. Written by ` +
      '`node docs/columns/generate.ts` from the schema; change the schema, not this page.',
    '',
    '- **type**: `time` is whole microseconds since 1970-01-01 UTC; an empty number is NaN.',
    '- **role**: `identity` and `time` columns are refused as features unless the user allows them.',
    '- **live**: whether the meter computes the column from packets; if not, it is no feature.',
    '',
    '| column | type | unit | role | live | meaning |',
    '|---|---|---|---|---|---|',
    ...schema.columns.map(row),
    '',
  ].join('\n');
}
