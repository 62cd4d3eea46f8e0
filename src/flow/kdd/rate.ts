/**
 * A share as the data set prints it: divided in single precision, two decimals, halves to even, as
 * C's `%.2f` does. All 723,419 shares that the published rows determine agree; in double precision 28
 * do not (199/200 is printed 1.00, which only the single-precision quotient rounds to).
 * @returns 0 when `whole` is 0
 */
export function dataRate(part: number, whole: number): number {
  if (part === 0 || whole === 0) return 0;
  return part === whole ? 1 : halfEven(Math.fround(part / whole) * 100) / 100;
}

/** A share as C's `%f` prints a float: six decimals. @returns 0 when `whole` is 0 */
export function gureRate(part: number, whole: number): number {
  if (part === 0 || whole === 0) return 0;
  return part === whole ? 1 : halfEven(Math.fround(part / whole) * 1e6) / 1e6;
}

/** A share as C++ prints a double with two decimals. @returns 0 when `whole` is 0 */
export function aiIdsRate(part: number, whole: number): number {
  return whole === 0 ? 0 : twoDecimals(part / whole);
}

/** A double as C prints it with two decimals: its exact value decides, exact halves go to even. */
export function twoDecimals(value: number): number {
  const scaled = value * 100;
  const over = scaled - Math.floor(scaled);
  if (over < 0.499999 || over > 0.500001) return Math.round(scaled) / 100;
  // Only multiples of 1/8 are exact halves; toFixed is exact but rounds those up.
  if (Number.isInteger(value * 8)) return halfEven(scaled) / 100;
  return Number(value.toFixed(2));
}

/** `value` must be exact: a single-precision number times 100 or a million is. */
function halfEven(value: number): number {
  const floor = Math.floor(value);
  const over = value - floor;
  if (over > 0.5 || (over === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}
