import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, udp } from '../../flow/packets.ts';

/** Packets whose fraction of a second is a whole second, more than one, and fifty minutes. */
export function make(): Uint8Array {
  const fractions = [5, 1_000_000, 1_000_001, 0x30303030];
  const records = fractions.map((fraction, i) => {
    const packet = ether(1, 2, 0x0800, ipv4(A, B, 17, udp(5000 + i, 6000)));
    return pcapRecord(Uint8Array.from(packet), { seconds: 1_000_000_000, fraction });
  });
  return Buffer.concat([pcapHeader(), ...records]);
}
