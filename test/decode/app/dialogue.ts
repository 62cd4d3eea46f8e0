import type { AppConnection, AppFacts } from '../../../src/decode/index.ts';
import { createAppConnection } from '../../../src/decode/index.ts';

/** One turn of a dialogue: who speaks ('>' the originator) and the bytes, one character a byte. */
export type Turn = readonly ['>' | '<', string | Uint8Array];

/** Ports and transport of a made dialogue. */
export interface Setting {
  protocol?: number;
  originatorPort?: number;
  responderPort?: number;
}

/** What a made dialogue led to. */
export interface Outcome {
  service: string;
  facts: AppFacts;
  flipped: boolean;
}

/** Bytes of a Latin-1 text. */
export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'latin1')) : text;
}

/** Bytes of hexadecimal digits; blanks are free. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s+/g, ''), 'hex'));
}

/** A connection for the setting; TCP to port 40001 unless said otherwise. */
export function connect(setting: Setting = {}): AppConnection {
  const { protocol = 6, originatorPort = 40000, responderPort = 40001 } = setting;
  return createAppConnection(protocol, originatorPort, responderPort);
}

/** Plays the turns, each in pieces of at most `piece` bytes, with noise around the bytes given. */
export function play(turns: readonly Turn[], setting: Setting = {}, piece = 0): Outcome {
  const connection = connect(setting);
  let time = 1_600_000_000_000_000;
  for (const [who, text] of turns) {
    const bytes = bytesOf(text);
    const step = piece === 0 ? Math.max(1, bytes.length) : piece;
    for (let at = 0; at < bytes.length; at += step) {
      const end = Math.min(bytes.length, at + step);
      const framed = new Uint8Array(end - at + 7).fill(0xa5);
      framed.set(bytes.subarray(at, end), 3);
      connection.data(who === '>', framed, 3, 3 + end - at, time);
      framed.fill(0x5a);
      time += 1000;
    }
  }
  connection.end();
  return { service: connection.service, facts: connection.facts, flipped: connection.flipped };
}
