/** Kernels of logistic regression; `assembly/linear.ts` says what each does. */
export interface LinearKernels {
  gradient(head: number, first: number, end: number, scratch: number, out: number): number;
  curvature(head: number, first: number, end: number, scratch: number, out: number): void;
  factorise(matrix: number, size: number, stride: number): number;
}

/** Places of the numbers at `head`. */
export const HEAD = {
  starts: 0,
  entries: 1,
  shift: 2,
  slopes: 3,
  targetStart: 4,
  targetClass: 5,
  targetWeight: 6,
  columns: 7,
  width: 8,
  sample: 9,
  sampleWeight: 10,
} as const;
/** Bytes of the numbers at `head`. */
export const HEAD_BYTES = 44;

/** Numbers in a block of second derivatives. */
export function blockSize(width: number): number {
  const size = (width * (width + 1)) / 2;
  return width === 1 ? 1 : size + (size & 1);
}

/** Bytes of scratch that a thread needs. */
export function linearScratch(columns: number, width: number): number {
  return 8 * (2 * width + 4 + blockSize(width) + 2 * (columns + 2));
}
