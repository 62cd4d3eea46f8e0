import { SingleBar } from 'cli-progress';
import { plainText } from '../base/index.ts';

/** Work shorter than this shows no progress bar. */
const PROGRESS_AFTER_MS = 2000;
/** No remark of ours is longer; names of files and anomalies in it may be. */
const LONGEST_LINE = 4096;

/** A progress bar on standard error; silent off a terminal and in the first two seconds. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

/** @param label what is being done: `reading capture.pcap` */
export function createProgress(label: string): Progress {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const begin = performance.now();
  let bar: SingleBar | undefined;
  return {
    update(done, total) {
      if (!(total > 0)) return;
      if (!bar && performance.now() - begin > PROGRESS_AFTER_MS) {
        bar = new SingleBar({
          format: `${plainText(label)} [{bar}] {percentage} % | {eta_formatted} left`,
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, done);
      }
      bar?.setTotal(total);
      bar?.update(Math.min(done, total));
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** A line of remark on standard error, so that standard output stays data. */
export function note(line: string): void {
  process.stderr.write(`${plainText(line, LONGEST_LINE)}\n`);
}
