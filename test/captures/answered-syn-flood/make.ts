import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, tcp } from '../../flow/packets.ts';

/** A conversation, 1000 connections that are asked for and answered but never used, the conversation. */
export function make(): Uint8Array {
  const parts: Uint8Array[] = [pcapHeader()];
  let fraction = 0;
  const send = (packet: number[]): void => {
    const bytes = Uint8Array.from(ether(1, 2, 0x0800, packet));
    parts.push(pcapRecord(bytes, { fraction: fraction++ }));
  };
  send(ipv4(A, B, 6, tcp(20_000, 443, 'S', [100, 0])));
  send(ipv4(B, A, 6, tcp(443, 20_000, 'SA', [300, 101])));
  send(ipv4(A, B, 6, tcp(20_000, 443, 'A', [101, 301])));
  for (let i = 0; i < 1000; i++) {
    const forged = `11.0.${i >> 8}.${i & 255}`;
    send(ipv4(forged, B, 6, tcp(1024 + i, 80, 'S', [i, 0])));
    send(ipv4(B, forged, 6, tcp(80, 1024 + i, 'SA', [7, i + 1])));
  }
  send(ipv4(A, B, 6, tcp(20_000, 443, 'PA', [101, 301], [1, 2, 3])));
  return Buffer.concat(parts);
}
