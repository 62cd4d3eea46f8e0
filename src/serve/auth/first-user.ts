import type { Store } from '../../store/index.ts';
import { badInput } from '../refusals.ts';
import { MIN_PASSWORD } from '../wire.ts';
import { hashPassword, oneTimePassword } from './passwords.ts';

/** Name of the first user. */
export const FIRST_USER = 'admin';

/**
 * Sees to it that somebody can sign in: a store without users gets an administrator.
 * @param given a password from the environment; else one is made that must be changed at once
 * @returns the made password, to be shown this once; undefined when there was somebody, or it was given
 * @throws WiresiftError `SERVE_INPUT` for a given password that is too short
 */
export async function ensureAdministrator(
  store: Store,
  given: string | undefined,
): Promise<string | undefined> {
  if ((await store.users.count()) > 0) return undefined;
  if (given !== undefined && given.length < MIN_PASSWORD) {
    const saw = `${given.length} characters`;
    throw badInput('WIRESIFT_ADMIN_PASSWORD', saw, `at least ${MIN_PASSWORD}`);
  }
  const password = given ?? oneTimePassword();
  await store.users.add(
    {
      name: FIRST_USER,
      role: 'administrator',
      passwordHash: await hashPassword(password),
      mustChangePassword: given === undefined,
      disabled: false,
      failedSignIns: 0,
      lockedUntil: null,
      lastSignInAt: null,
    },
    { by: 'system' },
  );
  return given === undefined ? password : undefined;
}
