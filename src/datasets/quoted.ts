const QUOTE = 34;

/** Where {@link unquote} puts what it finds. */
export interface QuotedCells {
  /** The byte between cells. */
  readonly separator: number;
  /** Cell k becomes `[bounds[k], bounds[k + 1] - 1)`. */
  readonly bounds: Int32Array;
  /** Cells that `bounds` has room for; more are counted only. */
  readonly max: number;
}

/**
 * Parts a line of comma-separated cells of which some stand in quotation marks (RFC 4180: a mark
 * inside is doubled), and takes the marks away in place: a line only ever becomes shorter. A cell
 * with a mark that is never closed goes on to the end of the line.
 * @returns number of cells
 */
export function unquote(
  bytes: Uint8Array,
  from: number,
  to: number,
  { separator, bounds, max }: QuotedCells,
): number {
  let out = from;
  let fields = 0;
  let inside = false;
  bounds[0] = from;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      if (inside && at + 1 < to && bytes[at + 1] === QUOTE) {
        bytes[out++] = QUOTE;
        at++;
      } else inside = !inside;
    } else if (byte === separator && !inside) {
      fields++;
      bytes[out++] = separator;
      if (fields <= max) bounds[fields] = out;
    } else bytes[out++] = byte;
  }
  fields++;
  if (fields <= max) bounds[fields] = out + 1;
  return fields;
}
