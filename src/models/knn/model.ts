import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { firstEqualRows } from '../fold-rows.ts';
import { checkExplain, checkScore, nameOrder } from '../input.ts';
import type { ModelFacts, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { NeighbourSearch } from './search.ts';
import { buildSpace, type Space } from './space.ts';

/** What the nearest neighbours are sought among; see `FoldedRows` for the meaning of each. */
export interface KnnPoints {
  readonly points: number;
  readonly cols: number;
  readonly cells: Float32Array;
  readonly start: Uint32Array;
  readonly label: Int32Array;
  readonly weight: Float64Array;
}

/** Exact k-nearest neighbours over folded training rows. */
export class KnnModel extends FittedModel {
  readonly #points: KnnPoints;
  readonly #pointWeight: Float64Array;
  readonly #order: Int32Array;
  #space: Space | undefined;

  constructor(facts: ModelFacts, points: KnnPoints) {
    super(facts);
    this.#points = points;
    this.#order = nameOrder(facts.features);
    const { start, weight } = points;
    this.#pointWeight = new Float64Array(points.points);
    for (let i = 0; i < points.points; i++) {
      for (let e = start[i]!; e < start[i + 1]!; e++) this.#pointWeight[i]! += weight[e]!;
    }
  }

  /** The tree is not in the file: building it again is quick and cannot be out of bounds. */
  #search(): NeighbourSearch {
    const { points, cols, cells } = this.#points;
    this.#space ??= buildSpace(points, cols, cells);
    const k = this.parameters['k'] as number;
    const p = this.parameters['p'] as number;
    return new NeighbourSearch(this.#space, this.#pointWeight, { k, p });
  }

  score(matrix: Matrix): Float32Array {
    checkScore(this.kind, this.features, matrix);
    const { rows, cols, data } = matrix;
    const classes = this.classes.length;
    const out = new Float32Array(rows * classes);
    const search = this.#search();
    // Flows repeat: equal rows are looked up once.
    const first = firstEqualRows(matrix);
    const votes = new Float64Array(classes);
    for (let i = 0; i < rows; i++) {
      const same = first[i]!;
      if (same < i) {
        out.copyWithin(i * classes, same * classes, (same + 1) * classes);
        continue;
      }
      search.find(data, i * cols, this.#order);
      this.#vote(search, votes);
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += votes[k]!;
      for (let k = 0; k < classes; k++) out[i * classes + k] = votes[k]! / sum;
    }
    return out;
  }

  /** What each neighbour counts for, in parts of `k` and of its nearness. */
  #says(search: NeighbourSearch): Float64Array {
    const { k, p, weights } = this.parameters as { k: number; p: number; weights: string };
    const says = new Float64Array(search.count);
    const nearest = search.distance[0]!;
    let left = k;
    for (let n = 0; n < search.count; n++) {
      const distance = search.distance[n]!;
      const own = Math.min(left, this.#pointWeight[search.point[n]!]!);
      left -= own;
      if (weights === 'uniform' || distance === nearest) says[n] = own;
      else says[n] = own * (p === 1 ? nearest / distance : (nearest / distance) ** (1 / p));
    }
    return says;
  }

  #vote(search: NeighbourSearch, votes: Float64Array): void {
    const { start, label, weight } = this.#points;
    const says = this.#says(search);
    votes.fill(0);
    for (let n = 0; n < search.count; n++) {
      const point = search.point[n]!;
      const share = says[n]! / this.#pointWeight[point]!;
      for (let e = start[point]!; e < start[point + 1]!; e++) {
        votes[label[e]!]! += share * weight[e]!;
      }
    }
  }

  /** Weighted class means of each column: classes × columns, after them the means of all. */
  #means(): { means: Float64Array; classWeight: Float64Array; square: Float64Array } {
    const { points, cols, cells, start, label, weight } = this.#points;
    const classes = this.classes.length;
    const means = new Float64Array((classes + 1) * cols);
    const classWeight = new Float64Array(classes + 1);
    const square = new Float64Array(cols);
    for (let i = 0; i < points; i++) {
      for (let e = start[i]!; e < start[i + 1]!; e++) {
        for (const k of [label[e]!, classes]) {
          classWeight[k]! += weight[e]!;
          const share = weight[e]! / classWeight[k]!;
          for (let c = 0; c < cols; c++) {
            const gap = cells[i * cols + c]! - means[k * cols + c]!;
            means[k * cols + c]! += gap * share;
            if (k === classes) {
              square[c]! += weight[e]! * gap * (cells[i * cols + c]! - means[k * cols + c]!);
            }
          }
        }
      }
    }
    const total = classWeight[classes]!;
    return { means, classWeight, square: square.map((sum) => Math.max(0, sum) / total) };
  }

  /** Spread of the class means in each column's own units, which are the units of the distance. */
  importances(): Float64Array {
    const { means, classWeight } = this.#means();
    const classes = this.classes.length;
    const cols = this.features.length;
    const sizes = new Float64Array(cols);
    let sum = 0;
    for (let c = 0; c < cols; c++) {
      let square = 0;
      for (let k = 0; k < classes; k++) {
        square += classWeight[k]! * (means[k * cols + c]! - means[classes * cols + c]!) ** 2;
      }
      sum += sizes[this.#order[c]!] = Math.sqrt(square);
    }
    return sum > 0 ? sizes.map((size) => size / sum) : sizes;
  }

  /**
   * Each neighbour's vote for the class, less the class's share of the training rows, is split over
   * the columns by how much nearer the neighbour is there than training rows usually are: root mean
   * square gap less own gap, where positive. The parts sum to score less share, unless no column is
   * nearer than usual.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { cols, cells, start, label, weight } = this.#points;
    const { means, classWeight, square } = this.#means();
    const classes = this.classes.length;
    const prior = classWeight[classIndex]! / classWeight[classes]!;
    const search = this.#search();
    search.find(matrix.data, row * cols, this.#order);
    const says = this.#says(search);
    const sum = says.reduce((total, each) => total + each, 0);
    const parts = new Float64Array(cols);
    const nearer = new Float64Array(cols);
    for (let n = 0; n < search.count; n++) {
      const point = search.point[n]!;
      let own = 0;
      for (let e = start[point]!; e < start[point + 1]!; e++) {
        if (label[e] === classIndex) own += weight[e]!;
      }
      const part = (says[n]! / sum) * (own / this.#pointWeight[point]! - prior);
      let all = 0;
      for (let c = 0; c < cols; c++) {
        const value = matrix.data[row * cols + this.#order[c]!]!;
        const usual = Math.sqrt(square[c]! + (value - means[classes * cols + c]!) ** 2);
        all += nearer[c] = Math.max(0, usual - Math.abs(value - cells[point * cols + c]!));
      }
      for (let c = 0; c < cols && all > 0; c++) {
        parts[this.#order[c]!]! += (part * nearer[c]!) / all;
      }
    }
    return parts;
  }

  tensors(): Tensor[] {
    const { points, cols, cells, start, label, weight } = this.#points;
    return [
      { name: 'cells', type: 'F32', shape: [points, cols], data: cells },
      { name: 'start', type: 'U32', shape: [points + 1], data: start },
      { name: 'label', type: 'I32', shape: [label.length], data: label },
      { name: 'weight', type: 'F64', shape: [weight.length], data: weight },
    ];
  }
}

/** Largest weight a file may give: sums then stay finite. */
const MAX_WEIGHT = 1e100;

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, or its parts do not fit */
export function loadKnn(facts: ModelFacts, stored: StoredModel): KnnModel {
  const where = (name: string): string => `model knn, tensor ${name}`;
  const { data: cells, shape } = storedTensor(stored, 'cells', 'F32', 2);
  const [points, cols] = [shape[0]!, shape[1]!];
  if (points === 0 || cols !== facts.features.length) {
    refuseStored(where('cells'), shape.join(' × '), `points × ${facts.features.length}`);
  }
  const start = storedTensor(stored, 'start', 'U32', 1).data;
  const label = storedTensor(stored, 'label', 'I32', 1).data;
  const weight = storedTensor(stored, 'weight', 'F64', 1).data;
  if (start.length !== points + 1 || start[0] !== 0 || start[points] !== label.length) {
    refuseStored(where('start'), `${start.length} offsets`, `${points + 1}, to ${label.length}`);
  }
  for (let i = 0; i < points; i++) {
    if (start[i + 1]! <= start[i]!)
      refuseStored(where('start'), `a fall at ${i}`, 'rising offsets');
  }
  if (weight.length !== label.length) {
    refuseStored(where('weight'), `${weight.length} numbers`, String(label.length));
  }
  for (let e = 0; e < label.length; e++) {
    if (!(label[e]! >= 0 && label[e]! < facts.classes.length)) {
      refuseStored(where('label'), `class ${label[e]}`, `0 to ${facts.classes.length - 1}`);
    }
    if (!(weight[e]! > 0 && weight[e]! <= MAX_WEIGHT)) {
      refuseStored(where('weight'), String(weight[e]), `above 0, at most ${MAX_WEIGHT}`);
    }
  }
  return new KnnModel(facts, { points, cols, cells, start, label, weight });
}
