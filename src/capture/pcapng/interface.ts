import { type TimeScale, timeScale } from './timestamp.ts';

/** What an Interface Description Block says (draft-ietf-opsawg-pcapng, section 4.2). */
export interface CaptureInterface {
  readonly linkType: number;
  /** In bytes; 0 means no limit. */
  readonly snapLength: number;
  readonly scale: TimeScale;
  /** The options ran out of their block: what stood before is used. */
  readonly malformed: boolean;
}

const END_OF_OPTIONS = 0;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const MICROSECONDS = 6;

/**
 * Reads an Interface Description Block.
 * @param body offset of the block's body in `view`
 * @param end offset one past the body
 * @returns undefined when the body is shorter than its fixed fields
 */
export function readInterface(
  view: DataView,
  body: number,
  end: number,
  littleEndian: boolean,
): CaptureInterface | undefined {
  if (end - body < 8) return undefined;
  let resolution = MICROSECONDS;
  let offset = 0n;
  let malformed = false;
  let at = body + 8;
  while (end - at >= 4) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    const value = at + 4;
    if (code === END_OF_OPTIONS) break;
    if (length > end - value) {
      malformed = true;
      break;
    }
    if (code === IF_TSRESOL && length === 1) resolution = view.getUint8(value);
    else if (code === IF_TSOFFSET && length === 8) offset = view.getBigInt64(value, littleEndian);
    else if (code === IF_TSRESOL || code === IF_TSOFFSET) malformed = true;
    at = value + ((length + 3) & ~3);
  }
  return {
    linkType: view.getUint16(body, littleEndian),
    snapLength: view.getUint32(body + 4, littleEndian),
    scale: timeScale(resolution, offset),
    malformed,
  };
}
