import type { IpLayer } from '../../decode/index.ts';
import { word } from '../key-kinds.ts';

/** TCP's flags, as they stand in the header. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

/** One TCP segment as the tracker looks at it; reused for all segments. */
export class Segment {
  flags = 0;
  /** Sequence numbers as signed 32-bit words. */
  sequence = 0;
  acknowledgement = 0;
  window = 0;
  /** Payload bytes on the wire, and where they lie if all of them were captured. */
  length = 0;
  whole = false;
  bytes: Uint8Array = new Uint8Array(0);
  dataStart = 0;
  /** Microseconds. */
  time = 0;

  /** Takes a segment whose header is known to be sound, behind an IPv4 header without options. */
  // The lane of a burst, spelled out: an object a segment would be one allocation.
  readPlain(
    bytes: Uint8Array,
    header: number,
    payloadLength: number,
    end: number,
    time: number,
  ): void {
    const headerLength = (bytes[header + 12]! >> 4) << 2;
    this.flags = bytes[header + 13]!;
    this.sequence = word(bytes, header + 4);
    this.acknowledgement = word(bytes, header + 8);
    this.window = (bytes[header + 14]! << 8) | bytes[header + 15]!;
    this.length = payloadLength - headerLength;
    this.whole = end - header >= payloadLength;
    this.bytes = bytes;
    this.dataStart = header + headerLength;
    this.time = time;
  }

  /** @returns false when the header contradicts itself: nothing else is to be believed */
  read(bytes: Uint8Array, layer: IpLayer, time: number): boolean {
    const { tcpHeaderLength, payloadLength, payloadStart } = layer;
    if (tcpHeaderLength < 20 || tcpHeaderLength > payloadLength) return false;
    if (payloadStart + tcpHeaderLength > layer.payloadEnd) return false;
    this.flags = layer.tcpFlags;
    this.sequence = layer.tcpSequence | 0;
    this.acknowledgement = layer.tcpAcknowledgement | 0;
    this.window = layer.tcpWindow;
    this.length = payloadLength - tcpHeaderLength;
    this.whole = layer.payloadEnd - payloadStart >= payloadLength;
    this.bytes = bytes;
    this.dataStart = payloadStart + tcpHeaderLength;
    this.time = time;
    return true;
  }
}
