import { closeSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ErrorFacts, WiresiftError } from '../base/index.ts';

type Words = Pick<ErrorFacts, 'code' | 'saw' | 'expected' | 'todo'>;

const LOCKED: Words = {
  code: 'STORE_LOCKED',
  saw: 'a lock that another program holds',
  expected: 'the lock to be free within the waiting time',
  todo: 'End the other program, or try again',
};
const FULL: Words = {
  code: 'STORE_FULL',
  saw: 'no space left on the device',
  expected: 'room to write',
  todo: 'Free space or shorten the retention; nothing half-written was kept',
};
const IO: Words = {
  code: 'STORE_IO',
  saw: 'a failure of the disk',
  expected: 'reads and writes that succeed',
  todo: "Look into the system's log and check the disk; nothing half-written was kept",
};
const READ_ONLY: Words = {
  code: 'STORE_READ_ONLY',
  saw: 'a store that cannot be written',
  expected: 'a folder and data base that this user may write',
  todo: "Check the folder's owner and how the file system is mounted",
};
const DAMAGED: Words = {
  code: 'STORE_DAMAGED',
  saw: 'a damaged data base file',
  expected: 'a data base as the store left it',
  todo: 'Restore it from a backup; see docs/store.md',
};
const EXISTS: Words = {
  code: 'STORE_EXISTS',
  saw: 'an id or name that is taken',
  expected: 'a new one',
  todo: 'Choose another, or change the row that is there',
};
const UNREACHABLE: Words = {
  code: 'STORE_OPEN',
  saw: 'no answer from the data base',
  expected: 'a data base that runs and lets this user in',
  todo: 'Check the address, the password and whether the server runs',
};

/** Primary result codes of SQLite (sqlite.org/rescode.html); the low byte of `errcode`. */
const SQLITE: Readonly<Record<number, Words>> = {
  5: LOCKED,
  6: LOCKED,
  8: READ_ONLY,
  10: IO,
  11: DAMAGED,
  13: FULL,
  14: { ...READ_ONLY, code: 'STORE_OPEN', saw: 'a data base file that cannot be opened' },
  19: EXISTS,
  26: { ...DAMAGED, saw: 'a file that is no data base' },
};

/** SQLSTATE codes of PostgreSQL (appendix A of its manual), and the system's names of network errors. */
const POSTGRES: Readonly<Record<string, Words>> = {
  '53100': FULL,
  '25006': READ_ONLY,
  '42501': READ_ONLY,
  '55P03': LOCKED,
  '40P01': LOCKED,
  '57014': { ...LOCKED, saw: 'a statement that took too long' },
  '23505': EXISTS,
  XX001: DAMAGED,
  XX002: DAMAGED,
  '28P01': UNREACHABLE,
  '28000': UNREACHABLE,
  '3D000': UNREACHABLE,
  '57P01': UNREACHABLE,
  '57P03': UNREACHABLE,
  '53300': UNREACHABLE,
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ENOENT: UNREACHABLE,
};

const SYSTEM: Readonly<Record<string, Words>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EIO: IO,
  EROFS: READ_ONLY,
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
};

/** A property of something thrown, whatever it is. */
function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null
    ? (error as Record<string, unknown>)[name]
    : undefined;
}

function wordsOf(error: unknown): Words | undefined {
  const errcode = property(error, 'errcode');
  if (typeof errcode === 'number') return SQLITE[errcode & 0xff];
  const code = property(error, 'code');
  if (typeof code === 'string') return SYSTEM[code] ?? POSTGRES[code];
  // What pg throws when the server went away in the middle has no code.
  const message = String(property(error, 'message') ?? '');
  if (/^Connection terminated|timeout exceeded when trying to connect/.test(message)) {
    return UNREACHABLE;
  }
  // DuckDB tells of the disk in words alone.
  const [, spoken] = DUCK.find(([pattern]) => pattern.test(message)) ?? [];
  return spoken;
}

const DUCK: readonly (readonly [RegExp, Words])[] = [
  [/No space left on device/i, FULL],
  [/Read-only file system/i, READ_ONLY],
  [/Input\/output error/i, IO],
];

/**
 * Tries to write beside the store's files. Asking the system for the right to is not enough: a disk that
 * it made read-only after a fault still grants it. @throws the system's error
 */
export function tryWriting(folder: string): void {
  const path = join(folder, `.tmp-${process.pid}`);
  closeSync(openSync(path, 'w'));
  rmSync(path, { force: true });
}

/** Whether a file lies on a disk that the system made read-only: SQLite calls that a failure to write. */
function onReadOnlyDisk(path: string): boolean {
  try {
    tryWriting(dirname(path));
    return false;
  } catch (error) {
    return property(error, 'code') === 'EROFS';
  }
}

/** The engine's error as one a user understands; what has no known meaning comes back as it is. */
export function engineError(error: unknown, where: string): unknown {
  if (error instanceof WiresiftError) return error;
  const told = wordsOf(error);
  const words = told === IO && onReadOnlyDisk(where) ? READ_ONLY : told;
  return words ? new WiresiftError({ ...words, where }, { cause: error }) : error;
}
