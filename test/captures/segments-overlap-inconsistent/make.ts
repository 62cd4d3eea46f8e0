import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { A, B, ether, ipv4, tcp } from '../../flow/packets.ts';

const text = (line: string): number[] => [...Buffer.from(line)];

/** A request whose second segment is sent again with other bytes, once before and once after it counts. */
export function make(): Uint8Array {
  const parts: Uint8Array[] = [pcapHeader()];
  let fraction = 0;
  const send = (packet: number[]): void => {
    const bytes = Uint8Array.from(ether(1, 2, 0x0800, packet));
    parts.push(pcapRecord(bytes, { fraction: fraction++ }));
  };
  const asks = (sequence: number, data: string): void =>
    send(ipv4(A, B, 6, tcp(20_000, 80, 'PA', [sequence, 301], text(data))));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'S', [100, 0])));
  send(ipv4(B, A, 6, tcp(80, 20_000, 'SA', [300, 101])));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'A', [101, 301])));
  asks(101, 'GET /');
  asks(109, 'xx HTTP/1.1\r\n\r\n');
  asks(106, 'abc');
  asks(106, 'evil');
  asks(104, '?zzz');
  send(ipv4(B, A, 6, tcp(80, 20_000, 'PA', [301, 124], text('HTTP/1.1 200 OK\r\n\r\n'))));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'FA', [124, 320])));
  send(ipv4(B, A, 6, tcp(80, 20_000, 'FA', [320, 125])));
  send(ipv4(A, B, 6, tcp(20_000, 80, 'A', [125, 321])));
  return Buffer.concat(parts);
}
