import { type Alert, alertKey } from '../../detect/index.ts';
import type { FromAnalysis } from './analysis.ts';

/** Between two looks at least, milliseconds. */
const LOOK_MILLIS = 2000;
/** Looking takes at most one part in so many of the time. */
const SHARE = 20;
/** How often it is asked whether a look is due. */
const TICK_MILLIS = 250;
/** Alerts told of one look at most: those at the end of the order are told by a later one. */
const MOST_TOLD = 2000;

/** What makes an alert worth telling again. */
function stateOf({ severity, flows, last, score, agreement }: Alert): string {
  return `${severity} ${flows} ${last} ${score} ${agreement}`;
}

/**
 * Looks now and then at the alerts of an analysis that goes on, and tells those that are new or grew:
 * every two seconds at most, for a twentieth of the time, and never while the last are still being kept.
 */
export class EarlyAlerts {
  readonly #send: (message: FromAnalysis) => void;
  readonly #told = new Map<string, string>();
  #look: (() => readonly Alert[]) | undefined;
  #next = performance.now() + LOOK_MILLIS;
  #waiting = false;
  readonly #timer: NodeJS.Timeout;

  constructor(send: (message: FromAnalysis) => void) {
    this.#send = send;
    // By a clock, not by chunks: an upload that pauses must not keep what came from being told.
    this.#timer = setInterval(() => this.#tick(), TICK_MILLIS);
  }

  /** More was read. @param look gives the alerts so far; it is called until {@link EarlyAlerts.hold} */
  read(look: () => readonly Alert[]): void {
    this.#look = look;
  }

  /** No look until more was read: a look hands out records, which those who keep them may not expect. */
  hold(): void {
    this.#look = undefined;
  }

  /** What was told is kept. */
  kept(): void {
    this.#waiting = false;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#look = undefined;
  }

  #tick(): void {
    const begun = performance.now();
    if (!this.#look || this.#waiting || begun < this.#next) return;
    const alerts = this.#look().filter(
      (alert) => this.#told.get(alertKey(alert)) !== stateOf(alert),
    );
    const now = performance.now();
    this.#next = now + Math.max(LOOK_MILLIS, (SHARE - 1) * (now - begun));
    const telling = alerts.slice(0, MOST_TOLD);
    if (telling.length === alerts.length) this.#look = undefined;
    if (telling.length === 0) return;
    for (const alert of telling) this.#told.set(alertKey(alert), stateOf(alert));
    this.#waiting = true;
    this.#send({ type: 'early', alerts: telling });
  }
}
