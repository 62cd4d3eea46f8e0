import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, tcp } from '../../flow/packets.ts';

const text = (line: string): number[] => [...Buffer.from(line)];

/** A request in three segments, the last first, whose sequence numbers pass 2^32. */
export function make(): Uint8Array {
  const parts: Uint8Array[] = [pcapHeader()];
  let fraction = 0;
  const send = (packet: number[]): void => {
    const bytes = Uint8Array.from(ether(1, 2, 0x0800, packet));
    parts.push(pcapRecord(bytes, { fraction: fraction++ }));
  };
  const BASE = 0xffff_fff0;
  const at = (offset: number): number => (BASE + offset) % 2 ** 32;
  const asks = (offset: number, data: string): void =>
    send(ipv4(A, B, 6, tcp(20_000, 80, 'PA', [at(offset), 301], text(data))));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'S', [at(0), 0])));
  send(ipv4(B, A, 6, tcp(80, 20_000, 'SA', [300, at(1)])));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'A', [at(1), 301])));
  asks(26, ': a\r\n\r\n');
  asks(11, ' HTTP/1.1\r\nHost');
  asks(1, 'GET /index');
  send(ipv4(B, A, 6, tcp(80, 20_000, 'PA', [301, at(33)], text('HTTP/1.1 200 OK\r\n\r\n'))));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'FA', [at(33), 320])));
  send(ipv4(B, A, 6, tcp(80, 20_000, 'FA', [320, at(34)])));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'A', [at(34), 321])));
  return Buffer.concat(parts);
}
