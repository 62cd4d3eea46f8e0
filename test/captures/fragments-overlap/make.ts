import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, udp } from '../../flow/packets.ts';

/** A datagram in fragments of which the second overlaps the first, and one whose end is said twice. */
export function make(): Uint8Array {
  const parts: Uint8Array[] = [pcapHeader()];
  let fraction = 0;
  const send = (packet: number[]): void => {
    const bytes = Uint8Array.from(ether(1, 2, 0x0800, packet));
    parts.push(pcapRecord(bytes, { fraction: fraction++ }));
  };
  const MORE = 0x2000;
  const whole = udp(5000, 6000, Array<number>(32).fill(1));
  const piece = (id: number, from: number, to: number, more: boolean, fill = 0): void => {
    const data = whole.slice(from, to).map((byte) => (fill === 0 || from === 0 ? byte : fill));
    send(ipv4(A, B, 17, data, { id, offset: (more ? MORE : 0) | (from >> 3) }));
  };
  piece(1, 0, 24, true);
  piece(1, 16, 32, true, 2);
  piece(1, 32, 40, false);
  piece(2, 0, 16, true);
  piece(2, 16, 24, false);
  piece(2, 16, 40, false, 3);
  return Buffer.concat(parts);
}
