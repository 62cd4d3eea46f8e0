import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the processor time of threads in hundredths of a second. */
const TICKS = 100;

/** Seconds of processor time of each thread of this process, by its number; empty but on Linux. */
export function threadSeconds(): Map<string, number> {
  const seconds = new Map<string, number>();
  try {
    for (const thread of readdirSync('/proc/self/task')) {
      const text = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
      // Behind the name, which may hold anything: user and system time are the 12th and 13th field.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      seconds.set(thread, (Number(fields[11]) + Number(fields[12])) / TICKS);
    }
  } catch {
    // A thread ended while it was looked at, or this is not Linux.
  }
  return seconds;
}

/** What the busiest thread has used since: how long the work takes where every thread has a core. */
export function busiestSince(before: ReadonlyMap<string, number>): number {
  let most = Number.NaN;
  for (const [thread, seconds] of threadSeconds()) {
    const used = seconds - (before.get(thread) ?? 0);
    if (!(used <= most)) most = used;
  }
  return most;
}
