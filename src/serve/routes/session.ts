import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { VERSION } from '../../base/index.ts';
import { cookieName } from '../auth/guard.ts';
import { checkPassword, hashPassword } from '../auth/passwords.ts';
import { endSessions, type Principal, signIn } from '../auth/sign-in.ts';
import { addressOf } from '../proxies.ts';
import { badInput, notSignedIn } from '../refusals.ts';
import { type App, actorOf, principalOf, type Serving } from '../serving.ts';
import { PasswordChange, People, Session, SignIn } from '../wire.ts';

function sessionReply(principal: Principal | null): Session {
  if (!principal) return { user: null, csrf: null, expiresAt: null, program: VERSION };
  const { user, role, session } = principal;
  return {
    user: { id: user.id, name: user.name, role, mustChangePassword: user.mustChangePassword },
    csrf: session?.csrf ?? null,
    expiresAt: session?.expiresAt ?? null,
    program: VERSION,
  };
}

/** Signing in and out, and one's own password. */
export function sessionRoutes(app: App, serving: Serving): void {
  const { store, secure, metrics } = serving;
  const cookie = { httpOnly: true, sameSite: 'strict', path: '/', secure } as const;
  const setCookie = (reply: FastifyReply, secret: string): FastifyReply =>
    reply.setCookie(cookieName(secure), secret, cookie);

  app.get('/api/session', { schema: { response: { 200: Session } } }, async (request) =>
    sessionReply(request.principal),
  );

  app.post(
    '/api/session',
    {
      schema: { body: SignIn, response: { 200: Session } },
      // An outer bound; the throttle behind it knows names and failures.
      config: { rateLimit: { max: 60, timeWindow: 60_000 } },
    },
    async (request, reply) => {
      const agent = request.headers['user-agent'] ?? '';
      const from = { address: addressOf(request), agent };
      const { secret, principal } = await signIn(serving, request.body, from).catch(
        (error: unknown) => {
          metrics.signIns.inc({ outcome: 'refused' });
          throw error;
        },
      );
      metrics.signIns.inc({ outcome: 'let in' });
      // The session before ends: one browser holds one.
      const before = request.principal?.session?.id;
      if (before) await store.sessions.purge([{ field: 'id', is: 'equal', value: before }]);
      setCookie(reply, secret);
      return sessionReply(principal);
    },
  );

  app.delete(
    '/api/session',
    { schema: { response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { session } = principalOf(request);
      if (session) {
        await store.sessions.purge([{ field: 'id', is: 'equal', value: session.id }]);
        await store.audit.note('session.end', session.id, actorOf(request));
      }
      reply.clearCookie(cookieName(secure), cookie);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/session/password',
    { schema: { body: PasswordChange, response: { 200: Session } } },
    async (request) => {
      const principal = principalOf(request);
      const { user, session } = principal;
      if (!session) throw badInput('session', 'a token', 'a signed-in browser');
      const { current, next } = request.body;
      if (!(await checkPassword(current, user.passwordHash))) throw notSignedIn('a wrong password');
      if (current === next) throw badInput('next', 'the password of before', 'a new one');
      const patch = { passwordHash: await hashPassword(next), mustChangePassword: false };
      const changed = await store.users.change(user.id, user.version, patch, actorOf(request));
      await endSessions(store, user.id, session.id);
      return sessionReply({ ...principal, user: changed });
    },
  );

  app.get('/api/people', { schema: { response: { 200: People } } }, async () => {
    const { rows } = await store.users.page({
      where: [{ field: 'disabled', is: 'equal', value: false }],
      sort: { by: 'name', descending: false },
      limit: 1000,
    });
    return { people: rows.map(({ id, name, role }) => ({ id, name, role })) };
  });
}
