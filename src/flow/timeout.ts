import { KIND_ARP, KIND_MAC, KIND_RARP } from './key.ts';

// Queues: flows waiting for their status record, then for silence, by timeout.
/** The queue of flows that wait for their status record. */
export const STATUS = 0;
const TIMEOUT_5 = 1;
const TIMEOUT_30 = 2;
const TIMEOUT_60 = 3;
/** How many queues there are. */
export const QUEUES = 4;
/** Idle timeout of each queue, in microseconds; of {@link STATUS} the options tell. */
export const TIMEOUT_MICROS: Float64Array = new Float64Array([0, 5e6, 30e6, 60e6]);

/**
 * The queue of a flow's idle timeout: TCP 60 s, ICMP and ARP 5 s, all else 30 s (Argus 3.0.8,
 * `ArgusModeler.h`). @param head first word of the flow's key
 */
export function timeoutQueue(head: number): number {
  const kind = head & 0xff;
  if (kind === KIND_ARP || kind === KIND_RARP) return TIMEOUT_5;
  if (kind === KIND_MAC || head >>> 16 !== 0) return TIMEOUT_30;
  const protocol = (head >>> 8) & 0xff;
  if (protocol === 6) return TIMEOUT_60;
  return protocol === 1 || protocol === 58 ? TIMEOUT_5 : TIMEOUT_30;
}

/** How often queues are looked at, in time of the packets: Argus's update interval. */
const TICK = 200_000;

/** Says with which packet the queues are looked at. */
export class TickClock {
  #next = Number.NEGATIVE_INFINITY;

  /** To be asked once for every packet. @param time of the packet, microseconds */
  due(time: number): boolean {
    if (time < this.#next) return false;
    const late = time - this.#next > TICK;
    this.#next = (late ? time : this.#next) + TICK;
    return true;
  }
}
