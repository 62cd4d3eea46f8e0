import { dnsExchange } from '../../examples/scene/messages.ts';
import { createHost } from '../../examples/scene/packet.ts';
import { Scene } from '../../examples/scene/scene.ts';
import { playTcp } from '../../examples/scene/tcp-session.ts';
import { Random } from '../../src/base/index.ts';
import { createPcapWriter } from '../../src/capture/index.ts';
import {
  certificate,
  certificateMessage,
  clientHello,
  derName,
  handshake,
  record,
  serverHello,
  serverName,
} from '../decode/app/made-tls.ts';

/**
 * Markup that calls a function which the tests put into every page, were it ever taken for HTML; `<b>`
 * shows where markup came through though the security policy stopped the script.
 */
export const markup = (where: string): string =>
  `<b><img src=x onerror=wiresiftInjected('${where}')>`;

/** Selects what markup of {@link markup} would have made. */
export const MADE_BY_MARKUP = `[onerror], img[src="x"]`;

/** Columns of the zeek view that hold words from packets, with where the markup stands. */
export const COLUMNS_WITH_MARKUP = {
  dns_query: 'dns',
  http_host: 'host',
  http_uri: 'uri',
  http_user_agent: 'agent',
  ssl_server_name: 'sni',
  ssl_subject: 'subject',
  ssl_issuer: 'issuer',
} as const;

const ORIGIN = Date.UTC(2026, 2, 3, 9) * 1000;
const latin = (...parts: readonly Uint8Array[]): string =>
  parts.map((part) => Buffer.from(part).toString('latin1')).join('');

/** A capture whose names, headers and certificate are {@link markup}. */
export function hostileCapture(): Uint8Array {
  const scene = new Scene(ORIGIN);
  const random = new Random(7);
  const client = createHost('192.168.10.21', 64);
  const server = createHost('203.0.113.32', 55);
  const query = dnsExchange(7, markup('dns'), server.bytes);
  scene.ask(0, [client, server], [50_000, 53], { ...query, delay: 0.01 });
  const play = (at: number, serverPort: number, up: string, down: string): void => {
    const ends = { client, server, clientPort: 50_000 + serverPort, serverPort };
    const exchanges = [{ up: up.length, down: down.length }];
    playTcp(scene, { ...ends, at, roundTrip: 0.01, exchanges, upText: up, downText: down }, random);
  };
  play(
    1,
    80,
    `GET /${markup('uri').replaceAll(' ', '/')} HTTP/1.1\r\nHost: ${markup('host')}\r\nUser-Agent: ${markup('agent')}\r\n\r\n`,
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  );
  const hello = clientHello(0x0303, 0, [0xc02f], [serverName(markup('sni'))]);
  const names = certificate(derName([[3, markup('subject')]]), derName([[3, markup('issuer')]]));
  const answer = [
    ...handshake(2, serverHello(0x0303, 5, 0xc02f, [])),
    ...handshake(11, certificateMessage(names)),
    ...handshake(14, []),
  ];
  play(2, 443, latin(record(22, handshake(1, hello))), latin(record(22, answer)));
  const parts: Uint8Array[] = [];
  const sink = (bytes: Uint8Array): void => void parts.push(bytes.slice());
  const writer = createPcapWriter({ sink, linkType: 1, snapLength: 65_535 });
  for (const { bytes, time } of scene.frames()) writer.write(bytes, time);
  writer.close();
  return Buffer.concat(parts);
}
