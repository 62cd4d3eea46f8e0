import { Readable } from 'node:stream';
import type { FlowPage, FlowQuery, FlowStore } from '../store/index.ts';
import { csvCell, isoTime } from '../table/index.ts';

/** Rows of one download: a spreadsheet's limit is a million. */
const MOST_ROWS = 1_000_000;
/** Begins of cells that spreadsheets take for formulas. */
const FORMULA = /^[=+\-@\t\r]/;

/** A cell that no spreadsheet runs: what came from packets may begin as a formula does. */
function safeCell(text: string): string {
  return csvCell(FORMULA.test(text) ? `'${text}` : text);
}

/** Flows as CSV with a header line (RFC 4180), times as ISO 8601. */
export function flowCsv(flows: FlowStore, query: FlowQuery): Readable {
  const limit = Math.min(query.limit ?? MOST_ROWS, MOST_ROWS);
  return Readable.from(lines(flows, { ...query, limit }));
}

async function* lines(flows: FlowStore, query: FlowQuery): AsyncGenerator<string> {
  const view = flows.views.find(({ name }) => name === query.view);
  const times = new Set(
    view?.schema.columns.filter(({ type }) => type === 'time').map(({ name }) => name),
  );
  let header = false;
  for await (const { columns, rows } of flows.stream(query)) {
    const isTime = columns.map((name) => times.has(name));
    if (!header) yield `${columns.map(csvCell).join(',')}\n`;
    header = true;
    yield rows.map(({ cells }) => line(cells, isTime)).join('');
  }
  if (!header) {
    const columns = query.columns ?? view?.schema.columns.map(({ name }) => name) ?? [];
    yield `${columns.map(csvCell).join(',')}\n`;
  }
}

function line(cells: FlowPage['rows'][number]['cells'], isTime: readonly boolean[]): string {
  const texts = cells.map((cell, i) => {
    if (cell === null) return '';
    if (typeof cell === 'string') return safeCell(cell);
    return isTime[i] ? isoTime(cell) : String(cell);
  });
  return `${texts.join(',')}\n`;
}
