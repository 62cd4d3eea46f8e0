import { Type } from 'typebox';
import { ROLES, type TokenRecord, type UserRecord } from '../../store/index.ts';
import { hashPassword, oneTimePassword } from '../auth/passwords.ts';
import { hashSecret, newSecret, tokenText } from '../auth/secrets.ts';
import { endSessions, plainName, userByName } from '../auth/sign-in.ts';
import { answerPage, pageQuery } from '../list-query.ts';
import { namesOf } from '../people.ts';
import { badInput, notAllowed, notThere, wrongState } from '../refusals.ts';
import { type App, actorOf, principalOf, type Serving } from '../serving.ts';
import {
  AuditPage,
  IdParams,
  ListQuery,
  type RoleName,
  type Token,
  TokenAdded,
  TokenDraft,
  TokenPage,
  type User,
  UserAdded,
  UserDraft,
  UserPage,
  UserPatch,
  VersionQuery,
} from '../wire.ts';

const DEFAULT_DAYS = 90;
const DAY = 86_400e6;

function userRow({ passwordHash: _, ...user }: UserRecord): User {
  return user;
}

function tokenRow({ hash: _, scope, ...token }: TokenRecord): Token {
  return { ...token, role: (ROLES.find((role) => role === scope[0]) ?? 'viewer') as RoleName };
}

/** Users, their tokens, and what everybody did. */
export function peopleRoutes(app: App, { store, now }: Serving): void {
  app.get(
    '/api/users',
    { schema: { querystring: ListQuery, response: { 200: UserPage } } },
    async ({ query }) => answerPage(store.users, query, userRow),
  );

  app.post(
    '/api/users',
    { schema: { body: UserDraft, response: { 200: UserAdded } } },
    async (request) => {
      const { role, password } = request.body;
      const name = plainName(request.body.name);
      if (name === '') throw badInput('name', 'blanks', 'a name');
      if (await userByName(store, name)) throw wrongState('name', name, 'a name that is free');
      const made = password === undefined ? oneTimePassword() : null;
      const user = await store.users.add(
        {
          name,
          role,
          passwordHash: await hashPassword(password ?? made!),
          // Whoever made the user knows the password: it is theirs only once they changed it.
          mustChangePassword: true,
          disabled: false,
          failedSignIns: 0,
          lockedUntil: null,
          lastSignInAt: null,
        },
        actorOf(request),
      );
      return { user: userRow(user), password: made };
    },
  );

  /** The last administrator stays one: else nobody could make another. */
  const keepOne = async (user: UserRecord): Promise<void> => {
    if (user.role !== 'administrator' || user.disabled) return;
    const left = await store.users.count([
      { field: 'role', is: 'equal', value: 'administrator' },
      { field: 'disabled', is: 'equal', value: false },
      { field: 'id', is: 'not equal', value: user.id },
    ]);
    if (left === 0) throw wrongState('user', 'the last administrator', 'another one first');
  };

  app.patch(
    '/api/users/:id',
    { schema: { params: IdParams, body: UserPatch, response: { 200: UserAdded } } },
    async (request) => {
      const { version, role, disabled, resetPassword } = request.body;
      const user = await store.users.get(request.params.id);
      if (!user) throw notThere(`user ${request.params.id}`);
      if ((role !== undefined && role !== 'administrator') || disabled === true)
        await keepOne(user);
      const made = resetPassword === true ? oneTimePassword() : null;
      const patch = {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
        ...(made === null
          ? {}
          : { passwordHash: await hashPassword(made), mustChangePassword: true }),
      };
      const changed = await store.users.change(user.id, version, patch, actorOf(request));
      if (made !== null || disabled === true) await endSessions(store, user.id);
      return { user: userRow(changed), password: made };
    },
  );

  app.delete(
    '/api/users/:id',
    { schema: { params: IdParams, querystring: VersionQuery, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const user = await store.users.get(request.params.id);
      if (!user) throw notThere(`user ${request.params.id}`);
      await keepOne(user);
      await store.users.remove(user.id, request.query.version, actorOf(request));
      await endSessions(store, user.id);
      await store.tokens.purge([{ field: 'userId', is: 'equal', value: user.id }]);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api/tokens',
    { schema: { querystring: ListQuery, response: { 200: TokenPage } } },
    async (request) => {
      const { user, role } = principalOf(request);
      const mine = { field: 'userId', is: 'equal', value: user.id } as const;
      return answerPage(
        store.tokens,
        request.query,
        tokenRow,
        role === 'administrator' ? [] : [mine],
      );
    },
  );

  app.post(
    '/api/tokens',
    { schema: { body: TokenDraft, response: { 200: TokenAdded } } },
    async (request) => {
      const principal = principalOf(request);
      const { name, role, days = DEFAULT_DAYS } = request.body;
      // A token cannot make tokens: one that leaked would outlive its end.
      if (!principal.session) throw notAllowed('a token', 'a signed-in user');
      if (ROLES.indexOf(role) > ROLES.indexOf(principal.role)) {
        throw notAllowed(principal.role, role);
      }
      const secret = newSecret();
      const token = await store.tokens.add(
        {
          userId: principal.user.id,
          name,
          hash: hashSecret(secret, 'token'),
          scope: [role],
          expiresAt: now() + days * DAY,
          usedAt: null,
          revokedAt: null,
        },
        actorOf(request),
      );
      return { token: tokenRow(token), secret: tokenText(token.id, secret) };
    },
  );

  app.delete(
    '/api/tokens/:id',
    { schema: { params: IdParams, querystring: VersionQuery, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const token = await store.tokens.get(request.params.id);
      const { user, role } = principalOf(request);
      if (!token || (token.userId !== user.id && role !== 'administrator')) {
        throw notThere(`token ${request.params.id}`);
      }
      const patch = { revokedAt: now() };
      await store.tokens.change(token.id, request.query.version, patch, actorOf(request));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api/audit',
    { schema: { querystring: ListQuery, response: { 200: AuditPage } } },
    async ({ query }) => {
      const found = await store.audit.page(pageQuery(query));
      const names = await namesOf(
        store,
        found.rows.map(({ by }) => by),
      );
      return {
        rows: found.rows.map((row) => ({
          ...row,
          byName: names.get(row.by)!,
          details: { ...row.details },
        })),
        next: found.next,
      };
    },
  );
}
