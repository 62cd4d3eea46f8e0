/**
 * Who began each row's flow and when it was known, so that a model can read a host's flows in order.
 * Never a feature: hosts only group, times only order.
 */
export interface MatrixHistory {
  /** One a row: an index of {@link MatrixHistory.names}; -1 where it is not known. */
  readonly hosts: Int32Array;
  readonly names: readonly string[];
  /** Microseconds: the end of the flow, since its row is not known earlier; NaN where not known. */
  readonly times: Float64Array;
}

/**
 * Rows by columns of 32-bit floats, row-major: `data[row * cols + col]`. May lie in shared memory.
 */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  /** One name a column: `Dur`, `Proto=tcp`. */
  readonly names: readonly string[];
  readonly data: Float32Array;
  /** Columns that hold codes of categories, ascending: numbers without an order. Absent: none. */
  readonly codes?: readonly number[];
  /** Only from a pipeline that was asked for it. */
  readonly history?: MatrixHistory;
}

/** An empty matrix over shared memory, so that worker threads can read it without a copy. */
export function createMatrix(rows: number, names: readonly string[]): Matrix {
  const data = new Float32Array(new SharedArrayBuffer(rows * names.length * 4));
  return { rows, cols: names.length, names, data };
}

/** The rows named, in that order, as a new matrix, with codes and history where there are any. */
export function takeMatrixRows(matrix: Matrix, rows: Int32Array | Uint32Array): Matrix {
  const { cols, data, codes, history } = matrix;
  const taken: Matrix = {
    ...createMatrix(rows.length, matrix.names),
    ...(codes ? { codes } : {}),
  };
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * cols;
    taken.data.set(data.subarray(from, from + cols), i * cols);
  }
  if (!history) return taken;
  const hosts = Int32Array.from(rows, (row) => history.hosts[row]!);
  const times = Float64Array.from(rows, (row) => history.times[row]!);
  return { ...taken, history: { hosts, names: history.names, times } };
}
