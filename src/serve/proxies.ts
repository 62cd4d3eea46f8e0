import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { badInput } from './refusals.ts';

const WIDEST: Readonly<Record<number, number>> = { 4: 8, 6: 16 };
const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/**
 * Checks the addresses of proxies whose word about their callers counts: single ones, or nets as
 * `10.0.0.0/24`. Names and nets as wide as the world are refused.
 * @throws WiresiftError `SERVE_INPUT`
 */
export function checkProxies(proxies: readonly string[]): string[] {
  return proxies.map((text) => {
    const [address = '', bits, ...rest] = text.split('/');
    const version = isIP(address);
    const width = bits === undefined ? BITS[version]! : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    const good = version !== 0 && rest.length === 0;
    if (good && width >= WIDEST[version]! && width <= BITS[version]!) return text;
    throw badInput('trustProxy', JSON.stringify(text), 'addresses, or nets such as 10.0.0.0/24');
  });
}

/** Where a call comes from: what the last proxy that is trusted says, as long as it is an address. */
export function addressOf(request: FastifyRequest): string {
  return isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? '') : request.ip;
}
