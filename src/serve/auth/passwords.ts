import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost of scrypt (RFC 7914): 32 MiB and some 80 ms; OWASP's sheet names N=2^15, r=8, p=3 as equal to 2^17. */
const COST = { N: 2 ** 15, r: 8, p: 3 };
const LENGTH = 32;
const SALT = 16;
/** A stored hash that asks for more is refused: it would stop the service. */
const MOST_MEMORY = 256 * 2 ** 20;
/** Letters of one-time passwords: none that are mistaken for another. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

function derive(
  password: string,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** One after the other: a hundred sign-ins at once must not take 3 GB. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work, work);
  turn = mine.catch(() => undefined);
  return mine;
}

/** `scrypt$N$r$p$salt$hash`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT);
  const { N, r, p } = COST;
  const key = await inTurn(() => derive(password, salt, LENGTH, { N, r, p, maxmem: MOST_MEMORY }));
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Compared with when there is no such user, so that the time tells nothing. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * Whether a password belongs to a hash; takes as long when there is no hash.
 * @param stored what {@link hashPassword} gave
 */
export async function checkPassword(
  password: string,
  stored: string | undefined,
): Promise<boolean> {
  const [name, N, r, p, salt, hash] = (stored ?? NOBODY).split('$');
  if (name !== 'scrypt' || hash === undefined || salt === undefined) return false;
  const wanted = Buffer.from(hash, 'base64url');
  const options = { N: Number(N), r: Number(r), p: Number(p), maxmem: MOST_MEMORY };
  const key = await inTurn(() =>
    derive(password, Buffer.from(salt, 'base64url'), wanted.length, options),
  );
  return stored !== undefined && timingSafeEqual(key, wanted);
}

/** A password to be shown once: 80 bits, in groups of four. */
export function oneTimePassword(): string {
  // 256 is a multiple of the 32 letters, so each is as likely as the others.
  const letters = [...randomBytes(16)].map((byte) => LETTERS[byte % LETTERS.length]!);
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
}
