import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { Actor, Store } from '../store/index.ts';
import type { Principal } from './auth/sign-in.ts';
import type { Throttle } from './auth/throttle.ts';
import type { EventHub } from './event-hub.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { Uploads } from './ingest/uploads.ts';
import type { ServiceLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { ServiceModel } from './models.ts';
import { addressOf } from './proxies.ts';
import { notSignedIn } from './refusals.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null on public routes when nobody is signed in. */
    principal: Principal | null;
  }
}

/** The framework with our schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the routes work on. */
export interface Serving {
  readonly store: Store;
  /** Microseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  readonly limits: ServiceLimits;
  readonly events: EventHub;
  readonly throttle: Throttle;
  readonly metrics: Metrics;
  readonly uploads: Uploads;
  /** Absent when this service analyses nothing. */
  readonly ingest: Ingest | undefined;
  /** Whether callers come over TLS: cookies are then sent over TLS alone. */
  readonly secure: boolean;
  /** Country of an address, `private` or `unknown`. */
  readonly countryOf: (address: string) => string;
  /** Models by the hash of their file. */
  readonly models: ReadonlyMap<string, ServiceModel>;
}

/** Who calls. @throws WiresiftError `SERVE_SIGN_IN` when nobody is signed in */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw notSignedIn();
  return request.principal;
}

/** The caller, as the audit log names them. */
export function actorOf(request: FastifyRequest): Actor {
  return { by: principalOf(request).user.id, address: addressOf(request) };
}
