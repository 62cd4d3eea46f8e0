import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { ether, ipv4, u16, udp } from '../../flow/packets.ts';

/** Later fragments before their first ones, then first fragments alone, all of one flow. */
export function make(): Uint8Array {
  const frame = Uint8Array.from(
    ether(1, 2, 0x0800, ipv4('10.0.0.1', '10.0.0.2', 17, udp(7, 9, [1, 2, 3, 4, 5, 6, 7, 8]))),
  );
  const parts: Uint8Array[] = [pcapHeader()];
  const send = (id: number, offset: number): void => {
    frame.set(u16(id), 18);
    frame.set(u16(0x2000 | offset), 20);
    parts.push(pcapRecord(frame));
  };
  for (let id = 0; id < 40_000; id++) {
    send(id, 100);
    send(id, 0);
  }
  for (let id = 40_000; id < 56_000; id++) send(id, 0);
  return Buffer.concat(parts);
}
