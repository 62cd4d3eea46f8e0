import { KIND_IPV6 } from './key.ts';
import { addCount, clearCounts, clearRecord, countOf } from './record.ts';
import {
  BITS,
  DST_BYTES,
  DST_END,
  DST_PACKETS,
  DST_START,
  FLOAT_STRIDE,
  KEY,
  KIN,
  LINK_STRIDE,
  SIBLING,
  SRC_BYTES,
  SRC_END,
  SRC_PACKETS,
  SRC_START,
  STRIDE,
  TURNED,
  WRITTEN,
} from './slot.ts';
import type { FlowTable } from './table.ts';

/*
 * IP fragments behind the first have no ports. They gather in a slot of their own, a train, found by
 * addresses, protocol and identification. The first fragment ties the train to its flow (the parent).
 */

/** True when the slot at `base` is a train of fragments. */
export function isTrain(words: Int32Array, base: number): boolean {
  const head = words[base + KEY]!;
  return (head & 0xff) <= KIND_IPV6 && head >>> 16 !== 0;
}

/** Hangs the train on its flow. */
export function tieTrain(table: FlowTable, parent: number, train: number): void {
  const { links } = table;
  links[train * LINK_STRIDE + SIBLING] = links[parent * LINK_STRIDE + KIN]!;
  links[train * LINK_STRIDE + KIN] = parent;
  links[parent * LINK_STRIDE + KIN] = train;
}

/**
 * Trains that may hang on one flow. A host reassembles but a few packets at a time; more comes from
 * someone who wants every record of the flow to walk a long list.
 */
const MAX_TRAINS = 64;

/** @returns the flow's oldest train when it has as many as it may, else -1 */
export function trainTooMany(table: FlowTable, parent: number): number {
  const { links } = table;
  let count = 0;
  let last = -1;
  const first = links[parent * LINK_STRIDE + KIN]!;
  for (let at = first; at >= 0; at = links[at * LINK_STRIDE + SIBLING]!) {
    last = at;
    count++;
  }
  return count >= MAX_TRAINS ? last : -1;
}

/** Takes the train off its flow. */
export function untieTrain(table: FlowTable, parent: number, train: number): void {
  const { links } = table;
  let at = parent * LINK_STRIDE + KIN;
  while (links[at] !== train) at = links[at]! * LINK_STRIDE + SIBLING;
  links[at] = links[train * LINK_STRIDE + SIBLING]!;
}

/** Adds a train's packets and times to its flow. */
export function absorbTrain(table: FlowTable, parent: number, train: number): void {
  const { words, floats } = table;
  const from = train * FLOAT_STRIDE;
  const into = parent * FLOAT_STRIDE;
  const straight = countOf(table, train, SRC_PACKETS);
  const against = countOf(table, train, DST_PACKETS);
  if (straight === 0 && against === 0) return;
  if ((words[parent * STRIDE + BITS]! & WRITTEN) !== 0) clearRecord(table, parent);
  const same = ((words[parent * STRIDE + BITS]! ^ words[train * STRIDE + BITS]!) & TURNED) === 0;
  addCount(table, parent, same ? SRC_PACKETS : DST_PACKETS, straight);
  floats[into + (same ? SRC_BYTES : DST_BYTES)]! += floats[from + SRC_BYTES]!;
  // Fragments of both directions under one identification: Argus loses those of the other.
  addCount(table, parent, same ? DST_PACKETS : SRC_PACKETS, against);
  floats[into + (same ? DST_BYTES : SRC_BYTES)]! += floats[from + DST_BYTES]!;
  clearCounts(table, train);
  const endAt = into + (same ? SRC_END : DST_END);
  const startAt = into + (same ? SRC_START : DST_START);
  const alone = floats[into + SRC_END] === 0 && floats[into + DST_END] === 0;
  if (alone && floats[startAt]! > floats[from + SRC_START]!) {
    floats[startAt] = floats[from + SRC_START]!;
  }
  if (floats[endAt]! < floats[from + SRC_END]!) floats[endAt] = floats[from + SRC_END]!;
}
