import { ExportedFlow } from './exported-flow.ts';

/** Flows that wait for their answer; past it the oldest leaves alone. About 20 MB. */
const MAX_WAITING = 65_536;
/** Longest time (µs) between the starts of both directions: exporters cut a flow at 30 min or less. */
const MAX_APART = 1800 * 1e6;
/** Longest wait (µs) in the exporter's time: an answer may come an exporter's cut later, not more. */
const MAX_WAIT = 2 * MAX_APART;
const ICMP = 1;
const ICMPV6 = 58;

/**
 * Joins the two records that a one-way exporter writes of one conversation: the side that began first
 * is the originator. A flow waits until its answer comes, another of its own kind comes, or
 * {@link MAX_WAITING} others wait too, or one that began {@link MAX_WAIT} later comes; so nothing is
 * lost, memory is bounded, and who listens for long gets flows.
 */
export class FlowPairs {
  readonly #emit: (flow: ExportedFlow) => void;
  readonly #waiting = new Map<string, ExportedFlow>();
  readonly #spare: ExportedFlow[] = [];

  /** @param emit gets each flow; the record is reused after the call */
  constructor(emit: (flow: ExportedFlow) => void) {
    this.#emit = emit;
  }

  /** An empty record to fill and to hand to {@link FlowPairs.add}. */
  next(): ExportedFlow {
    const flow = this.#spare.pop() ?? new ExportedFlow();
    flow.clear();
    return flow;
  }

  add(flow: ExportedFlow): void {
    this.#releaseBefore(flow.start - MAX_WAIT);
    if (flow.reverse.packets > 0) {
      this.#release(flow);
      return;
    }
    const answered = keyOf(flow, true);
    const other = this.#waiting.get(answered);
    if (other && Math.abs(other.start - flow.start) <= MAX_APART) {
      this.#waiting.delete(answered);
      this.#join(other, flow);
      return;
    }
    const key = keyOf(flow, false);
    const earlier = this.#waiting.get(key);
    if (earlier) {
      this.#waiting.delete(key);
      this.#release(earlier);
    }
    this.#waiting.set(key, flow);
    if (this.#waiting.size > MAX_WAITING) {
      const [oldest, alone] = this.#waiting.entries().next().value!;
      this.#waiting.delete(oldest);
      this.#release(alone);
    }
  }

  /** Lets go of everything that still waits, oldest first. */
  flush(): void {
    for (const flow of this.#waiting.values()) this.#release(flow);
    this.#waiting.clear();
  }

  /** Lets go of the oldest that began before a time. */
  #releaseBefore(time: number): void {
    for (const [key, oldest] of this.#waiting) {
      if (!(oldest.start < time)) return;
      this.#waiting.delete(key);
      this.#release(oldest);
    }
  }

  #join(waiting: ExportedFlow, flow: ExportedFlow): void {
    const first = flow.start < waiting.start ? flow : waiting;
    const second = first === flow ? waiting : flow;
    first.reverse.packets = second.forward.packets;
    first.reverse.bytes = second.forward.bytes;
    first.reverse.flags = second.forward.flags;
    first.reverse.tos = second.forward.tos;
    first.end = Math.max(first.end, second.end);
    this.#release(first);
    this.#spare.push(second);
  }

  #release(flow: ExportedFlow): void {
    this.#emit(flow);
    this.#spare.push(flow);
  }
}

/** The conversation seen from the source, or from the destination. */
function keyOf(flow: ExportedFlow, turned: boolean): string {
  const icmp = flow.protocol === ICMP || flow.protocol === ICMPV6;
  const text = Buffer.from(flow.addresses.buffer, 0, 32).toString('latin1');
  const from = text.slice(0, 16);
  const to = text.slice(16);
  const source = icmp ? 0 : flow.sourcePort;
  const destination = icmp ? 0 : flow.destinationPort;
  return turned
    ? `${flow.protocol},${destination},${source}${to}${from}`
    : `${flow.protocol},${source},${destination}${from}${to}`;
}
