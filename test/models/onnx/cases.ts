import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Matrix, type Pipeline, pipelineFromJSON } from '../../../src/features/index.ts';
import { exportOnnx, type ModelFile } from '../../../src/models/index.ts';
import { numbers, type Table, textAt, texts } from '../../../src/table/index.ts';

/** A Python with onnx, onnxruntime and numpy, named by the variable ONNX_PYTHON. */
export const onnxPython = process.env['ONNX_PYTHON'];

/** The reason to skip what needs it, or false. */
export const pythonMissing: string | false = onnxPython
  ? false
  : 'skipped: ONNX_PYTHON names no Python with onnx and onnxruntime';

/** What onnxruntime scored of one case, against what Wiresift did. */
export interface Found {
  readonly name: string;
  readonly error?: string;
  /** Rows that were compared. */
  readonly rows: number;
  /** Largest and mean distance of a probability. */
  readonly difference: number;
  readonly mean: number;
  /** Rows with a probability that differs by more than the tolerance. */
  readonly beyond: number;
  /** Rows whose most probable class is less likely by more than the tolerance. */
  readonly decisions: number;
  /** Rows whose `label` is not the most probable class. */
  readonly labels: number;
  /** Largest distance of a cell of the matrix, beside its size where that is above 1. */
  readonly cells?: number;
  /** Seconds for all rows, median of the rounds. */
  readonly seconds?: number;
}

/** A model with what it scored. */
export interface Case {
  readonly name: string;
  readonly file: ModelFile;
  /** Rows for a graph over the matrix, or for one over raw columns. */
  readonly input: Matrix | Table;
  readonly tolerance?: number;
  readonly rounds?: number;
}

interface Input {
  readonly name: string;
  readonly type: string;
  readonly width: number;
  readonly file: string;
}

const bytesOf = (data: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const isTable = (input: Case['input']): input is Table => 'schema' in input;

/** The cells that a graph over raw columns takes. */
function columnCells(table: Table, name: string, type: string): Uint8Array | string {
  if (type === 'double') return bytesOf(numbers(table, name));
  const column = texts(table, name);
  const words = Array.from({ length: table.rows }, (_, row) => textAt(column, row) ?? '');
  return JSON.stringify(words);
}

/** Scores of a model; NaN for rows with a cell that nothing filled, which a model refuses. */
function scoresOf({ model }: ModelFile, matrix: Matrix): Float32Array {
  const { rows, cols, data } = matrix;
  const classes = model.classes.length;
  const filled = data.map((cell) => (Number.isNaN(cell) ? 0 : cell));
  const scores = model.score({ ...matrix, data: filled });
  for (let row = 0; row < rows; row++) {
    const cells = data.subarray(row * cols, (row + 1) * cols);
    if (cells.some(Number.isNaN)) scores.fill(Number.NaN, row * classes, (row + 1) * classes);
  }
  return scores;
}

function writeCase(folder: string, { name, file, input, tolerance = 1e-5, rounds = 0 }: Case) {
  const own = name.replaceAll(/\W/g, '_');
  const { bytes, summary } = exportOnnx(file, { hash: 'none', matrix: !isTable(input) });
  writeFileSync(join(folder, `${own}.onnx`), bytes);
  const inputs = summary.inputs.map(({ name: column, type, width = 1 }, i): Input => {
    const target = `${own}.${i}`;
    const cells = isTable(input) ? columnCells(input, column, type) : bytesOf(input.data);
    writeFileSync(join(folder, target), cells);
    return { name: column, type, width, file: target };
  });
  const pipeline: Pipeline = pipelineFromJSON(file.pipeline);
  const matrix = isTable(input) ? pipeline.transform(input) : input;
  const name32 = `${own}.expected`;
  writeFileSync(join(folder, name32), bytesOf(scoresOf(file, matrix)));
  if (isTable(input)) writeFileSync(join(folder, `${own}.matrix`), bytesOf(matrix.data));
  const { classes } = file.model;
  return {
    ...{ name, model: `${own}.onnx`, rows: matrix.rows, classes: classes.length, words: classes },
    ...{ inputs, expected: name32, tolerance, rounds },
    ...(isTable(input) ? { matrix: `${own}.matrix` } : {}),
  };
}

/** Exports the cases, scores them by onnxruntime in Python, and compares. */
export function checkByPython(python: string, cases: readonly Case[]): Found[] {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-onnx-'));
  try {
    mkdirSync(folder, { recursive: true });
    const written = cases.map((each) => writeCase(folder, each));
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(written));
    const script = fileURLToPath(new URL('../../../bench/onnx/check.py', import.meta.url));
    const withTimeout = { maxBuffer: 2 ** 26, timeout: 600_000 };
    const done = spawnSync(python, [script, folder], { encoding: 'utf8', ...withTimeout });
    if (done.status !== 0) throw new Error(`${python} ended with ${done.status}: ${done.stderr}`);
    return done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Found);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
