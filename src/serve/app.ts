import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { VERSION } from '../base/index.ts';
import { addGuard } from './auth/guard.ts';
import type { ServiceLimits } from './limits.ts';
import { answerProblem } from './problem.ts';
import { addressOf, checkProxies } from './proxies.ts';
import type { App, Serving } from './serving.ts';

/** Key and certificate of TLS, PEM. */
export interface TlsFiles {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

/** How often Node looks for connections whose time is up. */
const CHECK_MILLIS = 1000;

/** Whatever a browser is told to load comes from here; no script stands in a page. */
const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  // Parts that move are placed by script through the style's own properties, which this allows.
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  workerSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** A server whose slow callers are cut off. */
export function createHttpServer(
  handler: RequestListener,
  limits: ServiceLimits,
  tls: TlsFiles | undefined,
): Server {
  const options = {
    headersTimeout: limits.headerMillis,
    // Bodies have clocks of their own: an upload may take hours, as long as it goes on.
    requestTimeout: 0,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: CHECK_MILLIS,
    maxHeaderSize: 16 * 1024,
  };
  const server = tls
    ? createSecureServer({ ...options, ...tls, minVersion: 'TLSv1.2' }, handler)
    : createServer(options, handler);
  server.maxConnections = limits.connections;
  return server as Server;
}

/** Cuts off whoever does not finish their body in time; uploads are watched where they are taken. */
function watchBody(raw: IncomingMessage, millis: number): void {
  if (raw.complete || raw.method === 'GET' || raw.method === 'HEAD') return;
  const timer = setTimeout(() => raw.destroy(), millis);
  const stop = (): void => clearTimeout(timer);
  raw.once('end', stop).once('close', stop);
}

/** Where the log goes, as lines of JSON, and from which level on. */
export interface LogOptions {
  readonly level?: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  /** Default standard error. */
  readonly to?: { write(line: string): void };
}

/** Members of log lines that hold secrets. */
const SECRETS = ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'];

/** How {@link createApp} works. */
export interface AppOptions {
  readonly serving: Serving;
  readonly log: LogOptions;
  readonly tls?: TlsFiles | undefined;
  /** Proxies whose `X-Forwarded-For` counts; nobody's unless named. */
  readonly trustProxy?: readonly string[] | undefined;
}

/** The framework with everything that all routes share, and no route yet. */
export async function createApp({ serving, log, tls, trustProxy = [] }: AppOptions): Promise<App> {
  const { limits, secure } = serving;
  const app = Fastify({
    logger: {
      level: log.level ?? 'info',
      redact: SECRETS,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      stream: log.to ?? process.stderr,
    },
    serverFactory: (handler) => createHttpServer(handler as RequestListener, limits, tls),
    bodyLimit: limits.bodyBytes,
    trustProxy: trustProxy.length > 0 ? checkProxies(trustProxy) : false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 300 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    return503OnClosing: true,
    // Else a listener of the event stream holds up the end for ever.
    forceCloseConnections: true,
  }) as unknown as App;
  // Bodies are taken as they are: a null that became a 0 would change what was asked for.
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(answerProblem);
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: secure ? { ...POLICY, upgradeInsecureRequests: [] } : POLICY,
    },
    crossOriginEmbedderPolicy: true,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: 'deny' },
  });
  await app.register(rateLimit, { global: false, keyGenerator: addressOf });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Wiresift', version: VERSION, description: 'The service behind the console.' },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'wiresift' },
          token: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api/')) return;
    // Answers hold what only this caller may see.
    reply.header('cache-control', 'no-store');
    if (!isUpload(request.method, request.url)) watchBody(request.raw, limits.bodyMillis);
  });
  addGuard(app, serving, secure);
  return app;
}

const isUpload = (method: string, url: string): boolean =>
  method === 'PUT' && /^\/api\/files\/[^/]+\/content$/.test(url);
