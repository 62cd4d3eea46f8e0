import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, tcp } from '../../flow/packets.ts';

const TTL_AT = 8;
const text = (line: string): number[] => [...Buffer.from(line)];

/** A RST and a false segment whose time to live ends before the server, within a connection that goes on. */
export function make(): Uint8Array {
  const parts: Uint8Array[] = [pcapHeader()];
  let fraction = 0;
  const send = (packet: number[], ttl = 64): void => {
    packet[TTL_AT] = ttl;
    const bytes = Uint8Array.from(ether(1, 2, 0x0800, packet));
    parts.push(pcapRecord(bytes, { fraction: fraction++ }));
  };
  send(ipv4(A, B, 6, tcp(20_000, 80, 'S', [100, 0])));
  send(ipv4(B, A, 6, tcp(80, 20_000, 'SA', [300, 101])));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'A', [101, 301])));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'PA', [101, 301], text('XXXXXXXXXXXXXXXXXX'))), 1);
  send(ipv4(A, B, 6, tcp(20_000, 80, 'RA', [101, 301])), 1);
  send(ipv4(A, B, 6, tcp(20_000, 80, 'PA', [101, 301], text('GET / HTTP/1.1\r\n\r\n'))));
  send(ipv4(B, A, 6, tcp(80, 20_000, 'PA', [301, 119], text('HTTP/1.1 200 OK\r\n\r\n'))));
  return Buffer.concat(parts);
}
