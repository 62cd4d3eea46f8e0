export { acceptedLeak, checkLeaks, LEAK_NAMES, leakText } from './gate.ts';
export type {
  AcceptedLeak,
  Decision,
  LeakFinding,
  LeakName,
  LeakVerdict,
  LeakWeight,
  PartRows,
  Protocol,
} from './protocol.ts';
