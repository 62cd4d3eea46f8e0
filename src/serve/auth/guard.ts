import type { FastifyReply, FastifyRequest } from 'fastify';
import { ROLES } from '../../store/index.ts';
import { forgedRequest, notAllowed, notSignedIn, passwordFirst } from '../refusals.ts';
import { type Access, ROUTES } from '../route-table.ts';
import type { App } from '../serving.ts';
import { sameText } from './secrets.ts';
import { type AuthParts, type Principal, sessionOf, tokenOf } from './sign-in.ts';

/** Name of the cookie; the prefix binds it to this host and to TLS (RFC 6265bis). */
export const cookieName = (secure: boolean): string => (secure ? '__Host-wiresift' : 'wiresift');

/** What a one-time password still allows. */
const BEFORE_PASSWORD = new Set([
  'GET /api/session',
  'DELETE /api/session',
  'POST /api/session/password',
]);
const SAFE = new Set(['GET', 'HEAD']);

const access: ReadonlyMap<string, Access> = new Map(Object.entries(ROUTES));

/** Whether the path is the service's own and not a page of the console. */
function isGuarded(path: string): boolean {
  return path.startsWith('/api/') || /^\/(?:healthz|readyz|metrics)$/.test(path);
}

async function identify(
  request: FastifyRequest,
  parts: AuthParts,
  secure: boolean,
): Promise<Principal | null> {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const [scheme = '', text = ''] = header.split(' ');
    if (scheme.toLowerCase() !== 'bearer') throw notSignedIn('an authorization that is no bearer');
    const principal = await tokenOf(parts, text);
    if (!principal) throw notSignedIn('a token that is not valid');
    return principal;
  }
  const secret = request.cookies[cookieName(secure)];
  return (secret !== undefined && (await sessionOf(parts, secret))) || null;
}

/** Changes by browsers must come from our own page. */
function checkOrigin(request: FastifyRequest, principal: Principal | null): void {
  if (SAFE.has(request.method)) return;
  const { origin, host } = request.headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) {
    throw forgedRequest('a request from another page');
  }
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw forgedRequest('a request from another site');
  }
  if (!principal?.session) return;
  const token = request.headers['x-wiresift-csrf'];
  if (typeof token !== 'string' || !sameText(token, principal.session.csrf)) {
    throw forgedRequest(token === undefined ? 'no token' : 'another token');
  }
}

/**
 * Lets through who may: before a body is read, by the table of routes alone. A route that is not in
 * the table stops the service at its start.
 */
export function addGuard(app: App, parts: AuthParts, secure: boolean): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', ({ method, url }) => {
    if (!isGuarded(url)) return;
    for (const each of [method].flat()) {
      if (!access.has(`${each} ${url}`)) throw new Error(`${each} ${url} is in no table of routes`);
    }
  });
  app.addHook('onRequest', async (request: FastifyRequest, _reply: FastifyReply) => {
    const { url } = request.routeOptions;
    if (url === undefined || !isGuarded(url)) return;
    const route = `${request.method} ${url}`;
    const needed = access.get(route) ?? 'administrator';
    const principal = await identify(request, parts, secure);
    request.principal = principal;
    // Who signs in anew need not know what the session before was given.
    checkOrigin(request, route === 'POST /api/session' ? null : principal);
    if (needed === 'public') return;
    if (!principal) throw notSignedIn();
    if (principal.user.mustChangePassword && !BEFORE_PASSWORD.has(route)) throw passwordFirst();
    if (ROLES.indexOf(principal.role) < ROLES.indexOf(needed)) {
      throw notAllowed(principal.role, needed);
    }
  });
}
