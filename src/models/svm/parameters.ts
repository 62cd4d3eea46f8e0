import { CLASS_WEIGHT } from '../kind.ts';
import type { ParameterSpec } from '../model.ts';

/** Parameters of the linear kind. */
export const LINEAR: readonly ParameterSpec[] = [
  {
    name: 'C',
    type: 'number',
    default: 1,
    min: 1e-9,
    max: 1e9,
    meaning: 'Cost of a row on the wrong side: smaller is a stronger penalty',
  },
  {
    name: 'maxIterations',
    type: 'integer',
    default: 200,
    min: 1,
    max: 1_000_000,
    meaning: 'Most passes of coordinate descent over the rows',
  },
  {
    name: 'tolerance',
    type: 'number',
    default: 1e-3,
    min: 0,
    max: 1,
    meaning: 'Stops when the projected gradients of a pass lie this close together',
  },
  {
    name: 'share',
    type: 'number',
    default: 0.2,
    min: 0.001,
    max: 0.9,
    meaning: 'Share of rows that turn distances into probabilities when none are held out',
  },
  CLASS_WEIGHT,
];

/** Parameters of the kind with a kernel. */
export const KERNEL: readonly ParameterSpec[] = [
  {
    name: 'solver',
    type: 'string',
    default: 'auto',
    choices: ['auto', 'smo', 'nystrom'],
    meaning:
      'smo: exact, hinge loss; nystrom: landmarks, squared hinge; auto: exact up to 2000 rows',
  },
  {
    name: 'landmarks',
    type: 'integer',
    default: 256,
    min: 1,
    max: 4096,
    meaning: 'Training rows that stand for the kernel; exact when there are no more distinct rows',
  },
  {
    name: 'gamma',
    type: 'number',
    default: null,
    min: 1e-12,
    max: 1e12,
    meaning: 'Of exp(-gamma |a - b|²); null: 1 / (columns × variance of all cells)',
  },
  ...LINEAR,
];

/** Their values; the last three stand in the kind with a kernel alone. */
export interface SvmParameters {
  readonly C: number;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly share: number;
  readonly classWeight: string;
  readonly solver?: 'auto' | 'smo' | 'nystrom';
  readonly landmarks?: number;
  readonly gamma?: number | null;
}
