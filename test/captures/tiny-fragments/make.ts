import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, tcp } from '../../flow/packets.ts';

/** A SYN in fragments of eight bytes: ports in the first, flags in the second (RFC 1858 section 3). */
export function make(): Uint8Array {
  const parts: Uint8Array[] = [pcapHeader()];
  let fraction = 0;
  const send = (packet: number[]): void => {
    const bytes = Uint8Array.from(ether(1, 2, 0x0800, packet));
    parts.push(pcapRecord(bytes, { fraction: fraction++ }));
  };
  const syn = tcp(20_000, 22, 'S', [100, 0]);
  for (let at = 0; at < syn.length; at += 8) {
    const more = at + 8 < syn.length ? 0x2000 : 0;
    send(ipv4(A, B, 6, syn.slice(at, at + 8), { id: 9, offset: more | (at >> 3) }));
  }
  send(ipv4(B, A, 6, tcp(22, 20_000, 'SA', [300, 101])));
  send(ipv4(A, B, 6, tcp(20_000, 22, 'A', [101, 301])));
  return Buffer.concat(parts);
}
