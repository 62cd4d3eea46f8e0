import { body, pcapHeader, pcapRecord } from '../../capture/build.ts';

/** A sound record, one that claims four gibibytes less one byte, and another sound one. */
export function make(): Uint8Array {
  const lie = pcapRecord(body(60), { captured: 0xffff_ffff, original: 0xffff_ffff });
  return Buffer.concat([pcapHeader(), pcapRecord(body(60)), lie, pcapRecord(body(60))]);
}
