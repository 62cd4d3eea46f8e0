import {
  BYTES_IN,
  BYTES_OUT,
  DNS_QUERIES,
  FAILED,
  FLOWS,
  NEW_PEERS,
  NXDOMAIN,
  PACKETS_IN,
  PACKETS_OUT,
} from './counters.ts';
import { IS_DNS, IS_FAILED, IS_NXDOMAIN, MARKS, ROW_SUMS } from './pending-rows.ts';

/** Places, in the order of `WINDOW_FEATURES`, of what is no total. */
export const DISTINCT_PEERS = 1;
export const DISTINCT_PORTS = 2;
export const PEER_ENTROPY = 8;
export const PORT_ENTROPY = 9;
export const REGULARITY = 10;

/** Rows of eight numbers or sixteen words, as `PendingRows` lays them out. */
export interface RowLines {
  readonly numbers: Float64Array;
  readonly words: Uint32Array;
}

/** A row's facts as one side of it has them, but whether the peer is new. @param turned 1: the responder */
export function loadFacts(facts: Float64Array, lines: RowLines, row: number, turned: number): void {
  const { numbers, words } = lines;
  const at = row * 8 + ROW_SUMS;
  facts[BYTES_OUT] = numbers[at + turned]!;
  facts[BYTES_IN] = numbers[at + 1 - turned]!;
  facts[PACKETS_OUT] = numbers[at + 2 + turned]!;
  facts[PACKETS_IN] = numbers[at + 3 - turned]!;
  const marks = words[row * 16 + MARKS]!;
  facts[FLOWS] = 1;
  facts[FAILED] = (marks / IS_FAILED) & 1;
  facts[DNS_QUERIES] = (marks / IS_DNS) & 1;
  facts[NXDOMAIN] = (marks / IS_NXDOMAIN) & 1;
}

/** Writes what totals of facts say of one window to its features, which begin at `to`. */
export function writeTotals(
  values: Float64Array,
  to: number,
  totals: Float64Array,
  hasDns: boolean,
): void {
  const flows = totals[FLOWS]!;
  const asked = hasDns ? totals[DNS_QUERIES]! : Number.NaN;
  values[to] = flows;
  values[to + 3] = totals[FAILED]! / flows;
  values[to + 4] = totals[BYTES_OUT]!;
  values[to + 5] = totals[BYTES_IN]!;
  values[to + 6] = totals[PACKETS_OUT]!;
  values[to + 7] = totals[PACKETS_IN]!;
  values[to + 11] = asked;
  values[to + 12] = asked > 0 ? totals[NXDOMAIN]! / asked : Number.NaN;
  values[to + 13] = totals[NEW_PEERS]! / flows;
}
