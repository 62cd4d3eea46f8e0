import type { Actor, Store, UserRecord } from '../../store/index.ts';
import { notSignedIn, SlowDown } from '../refusals.ts';
import { checkPassword } from './passwords.ts';
import { hashSecret, newSecret, readToken, sameText } from './secrets.ts';
import type { Throttle } from './throttle.ts';

/** A session ends so long after the sign-in, and so long after it was last used. Microseconds. */
const LONGEST_SESSION = 12 * 3600e6;
const LONGEST_IDLE = 3600e6;
/** A clock may be put right by so much; beyond, sessions from before it was set back have ended. */
const CLOCK_STEP = 3600e6;
/** How often a session's last use is written down. */
const SEEN_EVERY = 60e6;
/** How often a token's last use is written down. */
const USED_EVERY = 60e6;
const LONGEST_AGENT = 200;

/** Who calls. */
export interface Principal {
  readonly user: UserRecord;
  readonly role: UserRecord['role'];
  /** Of a browser: what changes must carry, the session's id and its end. Absent for tokens. */
  readonly session?: { readonly id: string; readonly csrf: string; readonly expiresAt: number };
}

/** What signing in works on. */
export interface AuthParts {
  readonly store: Store;
  /** Microseconds. */
  readonly now: () => number;
  readonly throttle: Throttle;
}

/** Names differ by more than case and form. */
export function plainName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** The user of a name, or undefined. */
export async function userByName(store: Store, name: string): Promise<UserRecord | undefined> {
  const { rows } = await store.users.page({
    where: [{ field: 'name', is: 'equal', value: plainName(name) }],
    limit: 1,
  });
  return rows[0];
}

/**
 * Checks name and password, and begins a session.
 * @returns the cookie's secret and who it stands for
 * @throws SlowDown after many failures; WiresiftError `SERVE_SIGN_IN`
 */
export async function signIn(
  { store, now, throttle }: AuthParts,
  wish: { readonly name: string; readonly password: string },
  from: { readonly address: string; readonly agent: string },
): Promise<{ secret: string; principal: Principal }> {
  const name = plainName(wish.name);
  const wait = throttle.wait(from.address, name);
  if (wait > 0) throw new SlowDown(wait);
  // Counted before the slow check: tries sent at once must not all pass as the first.
  throttle.failed(from.address, name);
  const user = await userByName(store, name);
  const right = await checkPassword(wish.password, user?.passwordHash);
  const actor: Actor = { by: user?.id ?? 'unknown', address: from.address };
  if (!user || !right || user.disabled) {
    await store.audit.note('session.refuse', name.slice(0, 200), actor);
    if (user) await store.users.touch(user.id, { failedSignIns: user.failedSignIns + 1 });
    throw notSignedIn('a wrong name or password');
  }
  throttle.succeeded(from.address, name);
  await store.users.touch(user.id, { failedSignIns: 0, lastSignInAt: now() });
  const secret = newSecret();
  const expiresAt = now() + LONGEST_SESSION;
  const session = await store.sessions.add(
    {
      id: hashSecret(secret, 'session'),
      userId: user.id,
      expiresAt,
      seenAt: now(),
      address: from.address,
      agent: from.agent.slice(0, LONGEST_AGENT),
    },
    actor,
  );
  const csrf = hashSecret(secret, 'csrf');
  return {
    secret,
    principal: { user, role: user.role, session: { id: session.id, csrf, expiresAt } },
  };
}

/** A store that takes no writes must not keep anybody from reading: that a use is not noted is borne. */
const noted = (writing: Promise<unknown>): Promise<unknown> => writing.catch(() => undefined);

/** Who a cookie's secret stands for, or undefined. */
export async function sessionOf(
  { store, now }: AuthParts,
  secret: string,
): Promise<Principal | undefined> {
  const session = await store.sessions.get(hashSecret(secret, 'session'));
  if (!session) return undefined;
  const at = now();
  if (session.expiresAt <= at || session.seenAt + LONGEST_IDLE <= at) return undefined;
  if (session.expiresAt > at + LONGEST_SESSION + CLOCK_STEP) return undefined;
  const user = await store.users.get(session.userId);
  if (!user || user.disabled) return undefined;
  if (at - session.seenAt > SEEN_EVERY) {
    await noted(store.sessions.touch(session.id, { seenAt: at }));
  }
  const { id, expiresAt } = session;
  return { user, role: user.role, session: { id, csrf: hashSecret(secret, 'csrf'), expiresAt } };
}

/** Who a token stands for, or undefined. Its role is at most its user's of today. */
export async function tokenOf(
  { store, now }: AuthParts,
  text: string,
): Promise<Principal | undefined> {
  const parts = readToken(text);
  const token = parts && (await store.tokens.get(parts.id));
  if (!token || !sameText(hashSecret(parts.secret, 'token'), token.hash)) return undefined;
  const at = now();
  if (token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= at)) {
    return undefined;
  }
  const user = await store.users.get(token.userId);
  if (!user || user.disabled) return undefined;
  if (at - (token.usedAt ?? 0) > USED_EVERY) {
    await noted(store.tokens.touch(token.id, { usedAt: at }));
  }
  return { user, role: lesser(token.scope, user.role) };
}

/** The lesser of a token's scope and its user's role. */
function lesser(scope: readonly string[], role: UserRecord['role']): UserRecord['role'] {
  for (const least of ['viewer', 'analyst'] as const) {
    if (role === least || scope[0] === least) return least;
  }
  return scope[0] === 'administrator' ? role : 'viewer';
}

/** Ends all sessions of a user but one. */
export async function endSessions(store: Store, userId: string, but?: string): Promise<void> {
  const ofUser = { field: 'userId', is: 'equal', value: userId } as const;
  if (but === undefined) {
    await store.sessions.purge([ofUser]);
    return;
  }
  let after: string | undefined;
  do {
    const page = await store.sessions.page({
      where: [ofUser],
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    for (const { id } of page.rows) {
      if (id !== but) await store.sessions.purge([{ field: 'id', is: 'equal', value: id }]);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
}
