import type { Space } from './space.ts';

/** Columns summed between two looks at whether a point is already too far. */
const STRIDE = 4;
/**
 * Boxes are taken this much nearer than computed for powers other than 1 and 2: `**` may round
 * either way. For 1 and 2 the bound is exact, as sums of smaller terms round to smaller sums.
 */
const POWER_SLACK = 1 - 1e-9;

/**
 * Finds the nearest points whose weights sum to `k`. Equally far points go by their number, so the
 * answer depends on nothing but the points. Reused from query to query.
 */
export class NeighbourSearch {
  /** Neighbours found, the nearest first. */
  count = 0;
  /** Sum of the p-th powers of the gaps, a neighbour. */
  distance: Float64Array;
  /** Number of each neighbour, as the points were given. */
  point: Int32Array;
  readonly #space: Space;
  readonly #weight: Float64Array;
  readonly #k: number;
  readonly #p: number;
  readonly #stack: Int32Array;
  readonly #reach: Float64Array;
  readonly #query: Float64Array;
  #total = 0;
  #worst = Number.POSITIVE_INFINITY;

  /** @param weight weight of each point, by its number */
  constructor(space: Space, weight: Float64Array, { k, p }: { k: number; p: number }) {
    this.#space = space;
    this.#weight = weight;
    this.#k = k;
    this.#p = p;
    this.#stack = new Int32Array(2 * space.depth + 4);
    this.#reach = new Float64Array(2 * space.depth + 4);
    this.#query = new Float64Array(space.cols);
    this.distance = new Float64Array(k + 2);
    this.point = new Int32Array(k + 2);
  }

  /** @param cells the query at `base`; `order` gives the place of each of the points' columns */
  find(cells: Float32Array, base: number, order: Int32Array): void {
    const { cols, columns, right, points } = this.#space;
    const query = this.#query;
    for (let c = 0; c < cols; c++) query[c] = cells[base + order[columns[c]!]!]!;
    this.count = 0;
    this.#total = 0;
    this.#worst = Number.POSITIVE_INFINITY;
    if (points === 0) return;
    const stack = this.#stack;
    const reach = this.#reach;
    let top = 1;
    stack[0] = 0;
    reach[0] = 0;
    while (top > 0) {
      const node = stack[--top]!;
      if (reach[top]! > this.#worst) continue;
      const other = right[node]!;
      if (other === 0) {
        this.#scan(node);
        continue;
      }
      const left = this.#boxDistance(node + 1);
      const far = this.#boxDistance(other);
      // The nearer child comes off the stack first.
      const leftFirst = left <= far;
      stack[top] = leftFirst ? other : node + 1;
      reach[top++] = leftFirst ? far : left;
      stack[top] = leftFirst ? node + 1 : other;
      reach[top++] = leftFirst ? left : far;
    }
  }

  #boxDistance(node: number): number {
    const { cols, low, high } = this.#space;
    const query = this.#query;
    const p = this.#p;
    const worst = this.#worst;
    const base = node * cols;
    let sum = 0;
    if (p === 1) {
      for (let c = 0; c < cols && sum <= worst; c++) {
        const value = query[c]!;
        const below = low[base + c]! - value;
        const above = value - high[base + c]!;
        if (below > 0) sum += below;
        else if (above > 0) sum += above;
      }
      return sum;
    }
    for (let c = 0; c < cols; c++) {
      const value = query[c]!;
      const gap = Math.max(low[base + c]! - value, value - high[base + c]!, 0);
      sum += p === 2 ? gap * gap : gap ** p;
    }
    return p === 2 ? sum : sum * POWER_SLACK;
  }

  #scan(node: number): void {
    const { cols, cells, from, to, id } = this.#space;
    const query = this.#query;
    const p = this.#p;
    const whole = cols - (cols % STRIDE);
    const end = to[node]!;
    for (let i = from[node]!; i < end; i++) {
      const base = i * cols;
      const worst = this.#worst;
      let sum = 0;
      let c = 0;
      if (p === 1) {
        for (; c < whole && sum <= worst; c += STRIDE) {
          sum += Math.abs(query[c]! - cells[base + c]!);
          sum += Math.abs(query[c + 1]! - cells[base + c + 1]!);
          sum += Math.abs(query[c + 2]! - cells[base + c + 2]!);
          sum += Math.abs(query[c + 3]! - cells[base + c + 3]!);
        }
        if (sum <= worst) for (; c < cols; c++) sum += Math.abs(query[c]! - cells[base + c]!);
      } else if (p === 2) {
        for (; c < cols && sum <= worst; c++) {
          const gap = query[c]! - cells[base + c]!;
          sum += gap * gap;
        }
      } else {
        for (; c < cols && sum <= worst; c++) sum += Math.abs(query[c]! - cells[base + c]!) ** p;
      }
      if (sum <= worst) this.#add(sum, id[i]!);
    }
  }

  #add(distance: number, point: number): void {
    const k = this.#k;
    if (this.#total >= k) {
      const last = this.count - 1;
      if (distance === this.distance[last]! && point > this.point[last]!) return;
    }
    if (this.count === this.point.length) this.#grow();
    const distances = this.distance;
    const points = this.point;
    let at = this.count++;
    while (at > 0) {
      const before = distances[at - 1]!;
      if (before < distance || (before === distance && points[at - 1]! < point)) break;
      distances[at] = before;
      points[at] = points[at - 1]!;
      at--;
    }
    distances[at] = distance;
    points[at] = point;
    this.#total += this.#weight[point]!;
    for (;;) {
      const rest = this.#total - this.#weight[points[this.count - 1]!]!;
      if (this.count < 2 || rest < k) break;
      this.#total = rest;
      this.count--;
    }
    if (this.#total >= k) this.#worst = distances[this.count - 1]!;
  }

  /** Weights below 1 take more than `k` points. */
  #grow(): void {
    const distance = new Float64Array(2 * this.distance.length);
    distance.set(this.distance);
    this.distance = distance;
    const point = new Int32Array(distance.length);
    point.set(this.point);
    this.point = point;
  }
}
