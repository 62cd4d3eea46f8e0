import type { AlertRecord, FileRecord } from '../store/index.ts';

/** Whether a file that was analysed is a log of flows, not a capture. */
export function isFlowLog(file: FileRecord): boolean {
  return file.facts['input'] === 'flows';
}

/** Why no packets of an alert can be had, in a sentence; null when they can. */
export function packetsMissing(
  { standing }: AlertRecord,
  file: FileRecord | undefined,
): string | null {
  if (!file) return 'No file is known that it comes from.';
  if (file.state === 'deleted') return 'The file that it comes from was deleted.';
  if (isFlowLog(file)) {
    return `It comes from a flow log (${String(file.facts['format'])}): no packets are in it, and nothing of their payload could be judged.`;
  }
  if (standing === 'provisional') {
    return 'Its capture is still being analysed: packets can be taken once that has ended.';
  }
  return null;
}

/** Why the flows shown of an alert may not be all of them, in a sentence; null when they are. */
export function flowsMissing({ standing }: AlertRecord): string | null {
  return standing === 'provisional'
    ? 'Its traffic is still being analysed: a flow appears here some time after it has ended.'
    : null;
}
