/** What is done to the cells of each column, in the order of their names. */
export interface Scaling {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
  /** Farthest from 0 that a cell may lie after. */
  readonly reach: Float64Array;
}

/**
 * Cells moved, scaled and cut, columns in the order of their names.
 * @param order where each column stands in `cells`; absent: in that order already
 */
export function standardise(
  cells: Float32Array,
  to: Float32Array,
  { shift, scale, reach }: Scaling,
  order?: Int32Array,
): void {
  const cols = shift.length;
  for (let at = 0, base = 0; base < cells.length; base += cols) {
    for (let c = 0; c < cols; c++) {
      const own = (cells[base + (order ? order[c]! : c)]! - shift[c]!) * scale[c]!;
      const most = reach[c]!;
      to[at++] = own > most ? most : own < -most ? -most : own;
    }
  }
}
