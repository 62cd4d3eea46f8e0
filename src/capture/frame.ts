/**
 * One captured frame: what a capture file says of it, and where its bytes lie. The reader reuses one
 * Frame for every packet; `bytes` is a window that is overwritten by a later packet, so keep nothing.
 */
export class Frame {
  /** The buffer that holds the frame; the frame's own bytes are `start` (inclusive) to `end` (exclusive). */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Bytes on the wire; at least `end - start` unless the file lies (then the reader raises it). */
  originalLength = 0;
  /** Whole microseconds since 1970-01-01 UTC (may be negative with if_tsoffset). */
  time = 0;
  /** Nanoseconds past `time`, 0 to 999. */
  nanos = 0;
  /** LINKTYPE_ value of the frame's interface (tcpdump.org/linktypes.html). */
  linkType = 0;
  /** Number of the frame in its file, from 1, as Wireshark counts. */
  number = 0;
}
