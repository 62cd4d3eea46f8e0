import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** Salt and labels of a QUIC version's initial keys. */
interface Version {
  salt: Buffer;
  key: string;
  iv: string;
  hp: string;
}

/** Version 2 parts from the others in labels and packet types too. */
export const QUIC_V2 = 0x6b3343cf;

/** Drafts 29 to 32, and 33 to 34, which already have the salt of version 1. */
const OLD_SALT = Buffer.from('afbfec289993d24c9e9786f19c6111e04390a899', 'hex');
const SALT = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const SALT_V2 = Buffer.from('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'hex');

function named(salt: Buffer, prefix: string): Version {
  return { salt, key: `${prefix} key`, iv: `${prefix} iv`, hp: `${prefix} hp` };
}

const VERSIONS = new Map<number, Version>([
  [1, named(SALT, 'quic')],
  [QUIC_V2, named(SALT_V2, 'quicv2')],
  [0xff00001d, named(OLD_SALT, 'quic')],
  [0xff00001e, named(OLD_SALT, 'quic')],
  [0xff00001f, named(OLD_SALT, 'quic')],
  [0xff000020, named(OLD_SALT, 'quic')],
  [0xff000021, named(SALT, 'quic')],
  [0xff000022, named(SALT, 'quic')],
]);

/**
 * True for the versions whose initial keys are known: 1 (RFC 9001), 2 (RFC 9369), drafts 29 to 34.
 */
export function knowsQuicVersion(version: number): boolean {
  return VERSIONS.has(version);
}

/** Keys of one side's Initial packets (RFC 9001 section 5.2). */
export interface InitialKeys {
  key: Buffer;
  iv: Buffer;
  hp: Buffer;
}

/** HKDF-Expand-Label of TLS 1.3 (RFC 8446 section 7.1) for at most 32 bytes. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

/** Keys that follow from the client's first destination connection id. */
export function initialKeys(version: number, id: Uint8Array, client: boolean): InitialKeys | null {
  const known = VERSIONS.get(version);
  if (known === undefined) return null;
  const initial = createHmac('sha256', known.salt).update(id).digest();
  const secret = expandLabel(initial, client ? 'client in' : 'server in', 32);
  return {
    key: expandLabel(secret, known.key, 16),
    iv: expandLabel(secret, known.iv, 12),
    hp: expandLabel(secret, known.hp, 16),
  };
}

/** The five mask bytes of header protection (RFC 9001 section 5.4.3). */
export function headerMask(keys: InitialKeys, sample: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ecb', keys.hp, null);
  return cipher.update(sample).subarray(0, 5);
}

/**
 * Opens a packet: the frames inside, or null when its tag is wrong. `header`: the header with its
 * protection removed; `sealed`: ciphertext with the tag behind it.
 */
export function openPacket(
  keys: InitialKeys,
  number: number,
  header: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const nonce = Buffer.from(keys.iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce, { authTagLength: 16 });
  decipher.setAAD(header);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  const plain = decipher.update(sealed.subarray(0, sealed.length - 16));
  try {
    decipher.final();
    return plain;
  } catch {
    // A wrong tag is told by an exception alone.
    return null;
  }
}
