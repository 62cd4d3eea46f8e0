import type { Detector, DetectorContext } from '../detector.ts';
import { createBeacon } from './beacon.ts';
import { createBruteForce } from './brute-force.ts';
import { createFlood } from './flood.ts';
import { createHorizontalScan, createVerticalScan } from './scan.ts';

/** Every behavioural detector; a new one is a file and a line here. */
export const DETECTORS: readonly ((context: DetectorContext) => Detector)[] = [
  createHorizontalScan,
  createVerticalScan,
  createBruteForce,
  createFlood,
  createBeacon,
];
