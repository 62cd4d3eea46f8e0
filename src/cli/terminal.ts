import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import colors from 'picocolors';

/** Work shorter than this shows no progress bar. */
const PROGRESS_AFTER_MS = 2000;

/** Right-aligned where the column holds numbers. */
export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longer cells are wrapped. */
  readonly width?: number;
}

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Takes control characters out of text that came from a file or the wire, so it cannot drive the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** A plain table without rules, headed in bold on a terminal. Cells are made {@link printable}. */
export function textTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const table = new Table({
    head: columns.map((column) => colors.bold(column.title)),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: columns.map((column) => column.width ?? null),
    wordWrap: true,
  });
  for (const row of rows) table.push(row.map((cell) => printable(String(cell))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A progress bar on standard error; silent off a terminal and in the first two seconds. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

/** @param label what is being done: `reading capture.pcap` */
export function createProgress(label: string): Progress {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const begin = performance.now();
  let bar: SingleBar | undefined;
  return {
    update(done, total) {
      if (!(total > 0)) return;
      if (!bar && performance.now() - begin > PROGRESS_AFTER_MS) {
        bar = new SingleBar({
          format: `${printable(label)} [{bar}] {percentage} % | {eta_formatted} left`,
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, done);
      }
      bar?.setTotal(total);
      bar?.update(Math.min(done, total));
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** A line of remark on standard error, so that standard output stays data. */
export function note(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
