import type { Random } from '../../src/base/index.ts';

const ascii = new TextEncoder();

/** A name as DNS writes it: length-prefixed labels (RFC 1035). */
function dnsName(name: string): number[] {
  const labels = name.split('.').flatMap((label) => [label.length, ...ascii.encode(label)]);
  return [...labels, 0];
}

/** A DNS question, and the answer that names `address`. */
export function dnsExchange(
  id: number,
  name: string,
  address: Uint8Array,
): { request: Uint8Array; answer: Uint8Array } {
  const number = [id >>> 8, id & 255];
  const question = [...dnsName(name), 0, 1, 0, 1];
  const request = Uint8Array.from([...number, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...question]);
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, ...address];
  const head = [...number, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
  return { request, answer: Uint8Array.from([...head, ...question, ...record]) };
}

/** A multicast DNS question for printers (RFC 6762). */
export function mdnsQuestion(): Uint8Array {
  const head = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...head, ...dnsName('_ipp._tcp.local'), 0, 12, 0, 1]);
}

/** An NTP client's packet and a server's (RFC 5905). @param time seconds since 1970-01-01 UTC */
export function ntpExchange(
  time: number,
  random: Random,
): { request: Uint8Array; answer: Uint8Array } {
  const stamp = (bytes: Uint8Array, at: number): void => {
    const view = new DataView(bytes.buffer);
    view.setUint32(at, Math.floor(time) + 2_208_988_800);
    view.setUint32(at + 4, random.uint32());
  };
  const request = new Uint8Array(48);
  request[0] = 0x23;
  stamp(request, 40);
  const answer = new Uint8Array(48);
  answer.set([0x24, 2, 6, 0xe9]);
  answer.set(request.subarray(40), 24);
  stamp(answer, 32);
  stamp(answer, 40);
  return { request, answer };
}
