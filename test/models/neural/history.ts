import { Random } from '../../../src/base/index.ts';
import { createMatrix, type Matrix, type MatrixHistory } from '../../../src/features/index.ts';
import type { FitInput, Model } from '../../../src/models/index.ts';
import { modelKind, type Parameters } from '../../../src/models/index.ts';

/** Kinds that read what hosts did before. */
export const HOST_KINDS = ['host-gru', 'host-tcn', 'host-transformer'] as const;

/** Seconds to microseconds, as one host by name. */
export interface HostRows {
  readonly rows: number;
  readonly hosts: number;
  readonly seed: number;
  /** Row numbers are times; else some rows share a time, some have none, some no host. */
  readonly plain?: boolean;
}

/** A history with ties, gaps and rows that nobody began. */
export function generateHistory({ rows, hosts, seed, plain = false }: HostRows): MatrixHistory {
  const random = new Random(seed);
  let now = 0;
  return {
    names: Array.from({ length: hosts }, (_, i) => `10.0.0.${i}`),
    hosts: Int32Array.from({ length: rows }, () =>
      !plain && random.next() < 0.05 ? -1 : random.int(hosts),
    ),
    times: Float64Array.from({ length: rows }, () => {
      now += plain ? 1e6 : Math.floor(random.next() * 3) * 1e5;
      return !plain && random.next() < 0.05 ? Number.NaN : now;
    }),
  };
}

/**
 * Flows whose class only the flow before of the same host tells: hostile when it had a high `level`.
 */
export function generateTelling(plan: HostRows): FitInput {
  const history = generateHistory(plan);
  const random = new Random(plan.seed + 1000);
  const matrix = createMatrix(plan.rows, ['level', 'noise']);
  const labels = new Int32Array(plan.rows);
  const last = new Map<number, number>();
  for (let row = 0; row < plan.rows; row++) {
    const level = random.int(2);
    matrix.data.set([level + 0.1 * random.normal(), random.normal()], 2 * row);
    labels[row] = last.get(history.hosts[row]!) ?? 0;
    last.set(history.hosts[row]!, level);
  }
  return { matrix: { ...matrix, history }, labels, classes: ['normal', 'hostile'] };
}

/** Small layers, few epochs. */
export const SMALL: Readonly<Record<(typeof HOST_KINDS)[number], Parameters>> = {
  'host-gru': {
    network:
      '{"layers":[{"layer":"dense","units":6,"activation":"relu"},{"layer":"gru","units":8}]}',
  },
  'host-tcn': {
    network:
      '{"layers":[{"layer":"dense","units":6,"activation":"relu"},{"layer":"conv1d","filters":8,"width":2,"padding":"causal","activation":"relu"},{"layer":"conv1d","filters":8,"width":2,"dilation":2,"padding":"causal","activation":"relu"}]}',
  },
  'host-transformer': {
    network:
      '{"layers":[{"layer":"dense","units":8},{"layer":"position"},{"layer":"attention","heads":2},{"layer":"layer-norm"},{"layer":"dense","units":8,"activation":"gelu"},{"layer":"last"},{"layer":"dense","units":8,"activation":"relu"}]}',
  },
};

/** A small fitted model of a kind. */
export function fitSmall(
  kind: (typeof HOST_KINDS)[number],
  input: FitInput,
  more: Parameters = {},
): Promise<Model> {
  const quick = { epochs: 15, batch: 32, learningRate: 0.005, window: 4 };
  return modelKind(kind)
    .create({ ...SMALL[kind], ...quick, ...more })
    .fit(input, { seed: 1 });
}

/** Some rows of a matrix, with their history. */
export function part({ data, cols, names, history }: Matrix, from: number, to: number): Matrix {
  return {
    rows: to - from,
    cols,
    names,
    data: data.slice(from * cols, to * cols),
    history: {
      names: history!.names,
      hosts: history!.hosts.slice(from, to),
      times: history!.times.slice(from, to),
    },
  };
}
