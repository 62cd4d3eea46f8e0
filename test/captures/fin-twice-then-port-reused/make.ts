import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, tcp } from '../../flow/packets.ts';

/** A connection with every FIN sent twice; then another on the same ports, which is refused. */
export function make(): Uint8Array {
  const parts: Uint8Array[] = [pcapHeader()];
  let fraction = 0;
  const send = (packet: number[]): void => {
    const bytes = Uint8Array.from(ether(1, 2, 0x0800, packet));
    parts.push(pcapRecord(bytes, { fraction: fraction++ }));
  };
  send(ipv4(A, B, 6, tcp(20_000, 22, 'S', [100, 0])));
  send(ipv4(B, A, 6, tcp(22, 20_000, 'SA', [300, 101])));
  send(ipv4(A, B, 6, tcp(20_000, 22, 'A', [101, 301])));
  send(ipv4(A, B, 6, tcp(20_000, 22, 'FA', [101, 301])));
  send(ipv4(A, B, 6, tcp(20_000, 22, 'FA', [101, 301])));
  send(ipv4(B, A, 6, tcp(22, 20_000, 'FA', [301, 102])));
  send(ipv4(B, A, 6, tcp(22, 20_000, 'FA', [301, 102])));
  send(ipv4(A, B, 6, tcp(20_000, 22, 'A', [102, 302])));
  send(ipv4(A, B, 6, tcp(20_000, 22, 'S', [90_000, 0])));
  send(ipv4(B, A, 6, tcp(22, 20_000, 'RA', [0, 90_001])));
  return Buffer.concat(parts);
}
