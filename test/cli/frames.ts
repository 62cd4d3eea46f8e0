/** A TCP packet as a test writes it. */
export interface TestPacket {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly sourcePort: number;
  readonly port: number;
  readonly flags: number;
}

/** An Ethernet frame with IPv4 and TCP, no payload; checksums are left zero. */
export function tcpFrame({ from, to, sourcePort, port, flags }: TestPacket): Uint8Array {
  const frame = new Uint8Array(54);
  const view = new DataView(frame.buffer);
  view.setUint16(12, 0x0800);
  frame[14] = 0x45;
  view.setUint16(16, 40);
  frame[22] = 64;
  frame[23] = 6;
  frame.set(from, 26);
  frame.set(to, 30);
  view.setUint16(34, sourcePort);
  view.setUint16(36, port);
  frame[46] = 0x50;
  frame[47] = flags;
  view.setUint16(48, 8192);
  return frame;
}
