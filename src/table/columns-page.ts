import { type ColumnSpec, type Schema, schemaId } from './schema.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const HEAD = ['column', 'type', 'unit', 'role', 'live', 'meaning'];

function row({ name, type, unit, role, live, meaning }: ColumnSpec): string[] {
  return [`\`${name}\``, type, unit ?? '', role, live ? 'yes' : 'no', cell(meaning)];
}

/** A Markdown table with its bars in line, as the formatter leaves it. */
function aligned(rows: readonly string[][]): string[] {
  const widths = HEAD.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  const lines = rows.map((cells) => cells.map((text, i) => text.padEnd(widths[i]!)));
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return lines.map((cells) => `| ${cells.join(' | ')} |`);
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
    ...aligned([HEAD, ...schema.columns.map(row)]),
    '',
  ].join('\n');
}
