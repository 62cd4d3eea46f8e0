import { WiresiftError } from '../../base/index.ts';
import { timesOf } from '../truth.ts';
import { identifyingColumns, identityColumns, rowOrderColumns, targetCopies } from './columns.ts';
import { identicalVectors, nearDuplicates, sameRecords } from './copies.ts';
import { fittedOnTest } from './fitted.ts';
import { futureInTraining, groupOverlap, windowsStraddle } from './order.ts';
import type { AcceptedLeak, LeakFinding, LeakName, LeakVerdict, Protocol } from './protocol.ts';
import {
  chosenOnTest,
  resampledBeforeSplit,
  sameRows,
  syntheticTestRows,
  testRowsChosen,
} from './rows.ts';

type Check = (protocol: Protocol) => LeakFinding[] | Promise<LeakFinding[]>;

/** Every check with the names that it may find; one line each. */
const CHECKS: readonly (readonly [readonly LeakName[], Check])[] = [
  [['same-rows'], sameRows],
  [['resampled-before-split'], resampledBeforeSplit],
  [['synthetic-test-rows'], syntheticTestRows],
  [['test-rows-chosen'], testRowsChosen],
  [['chosen-on-test'], chosenOnTest],
  [['same-records'], sameRecords],
  [['identical-vectors'], identicalVectors],
  [['near-duplicates'], nearDuplicates],
  [['group-overlap'], groupOverlap],
  [['future-in-training'], futureInTraining],
  [['windows-straddle'], windowsStraddle],
  [['identity-column'], identityColumns],
  [['identifying-column'], identifyingColumns],
  [['row-order-column'], rowOrderColumns],
  [['target-copy'], targetCopies],
  [['fitted-on-test-labels', 'fitted-on-test-cells'], fittedOnTest],
];

/** Every name a leak can have. */
export const LEAK_NAMES: readonly LeakName[] = CHECKS.flatMap(([names]) => names);

/**
 * Looks at how a figure was made and says which leaks stand between it and the truth. A leak that is
 * not accepted by name makes the verdict fail. Equal input gives equal output.
 */
export async function checkLeaks(
  protocol: Protocol,
  accepted: readonly AcceptedLeak[] = [],
): Promise<LeakVerdict> {
  const findings: LeakFinding[] = [];
  const checked: LeakName[] = [];
  const unchecked: { name: LeakName; reason: string }[] = [];
  for (const [names, check] of CHECKS) {
    const reason = cannot(names[0]!, protocol);
    if (reason) {
      for (const name of names) unchecked.push({ name, reason });
      continue;
    }
    findings.push(...(await check(protocol)));
    checked.push(...names);
  }
  findings.sort((a, b) => Number(a.weight === 'note') - Number(b.weight === 'note'));
  const open = findings.filter(
    ({ name, weight }) => weight === 'leak' && !accepted.some((one) => one.name === name),
  );
  return { version: 1, passed: open.length === 0, findings, accepted, checked, unchecked };
}

/** Why a check cannot be made on these data, or undefined. */
function cannot(name: LeakName, { data, fit, decisions }: Protocol): string | undefined {
  const timed = timesOf(data.table)?.some((time) => !Number.isNaN(time)) ?? false;
  const needsTime = ['future-in-training', 'windows-straddle', 'same-records'].includes(name);
  if (needsTime && !timed) return 'the data have no times';
  if (name === 'fitted-on-test-labels' && !fit) return 'the preparation cannot be fitted again';
  if (name === 'chosen-on-test' && !decisions)
    return 'it is not known what was chosen on which rows';
  return undefined;
}

/** A name and its reason from `--accept-leak NAME=REASON`. @throws WiresiftError `LEAK_NAME` */
export function acceptedLeak(text: string): AcceptedLeak {
  const at = text.indexOf('=');
  const name = LEAK_NAMES.find((one) => one === text.slice(0, at));
  const reason = text.slice(at + 1).trim();
  if (at > 0 && name && reason !== '') return { name, reason };
  throw new WiresiftError({
    code: 'LEAK_NAME',
    where: '--accept-leak',
    saw: JSON.stringify(text),
    expected: `NAME=REASON, with a name of ${LEAK_NAMES.join(', ')}`,
    todo: 'Give the reason in words: it stands in the model’s card',
    exitCode: 2,
  });
}

/** A verdict for the terminal: a line a finding, then what was not checked. */
export function leakText({ passed, findings, accepted, checked, unchecked }: LeakVerdict): string {
  const reasons = new Map(accepted.map(({ name, reason }) => [name, reason]));
  const lines = findings.map(({ name, weight, text, todo }) => {
    const reason = reasons.get(name);
    if (weight === 'note') return `note ${name}: ${text}`;
    return reason
      ? `accepted ${name}: ${text} Reason: ${reason}`
      : `LEAK ${name}: ${text} ${todo}.`;
  });
  const outcome = passed ? 'no open leak' : 'figures are not to be trusted';
  const missing = unchecked.map(({ name, reason }) => `not checked ${name}: ${reason}`);
  return [`Leak gate: ${outcome} (${checked.length} checks)`, ...lines, ...missing]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join('\n');
}
