import type { AddressInfo } from 'node:net';
import type { Store } from '../store/index.ts';
import { createApp, type LogOptions, type TlsFiles } from './app.ts';
import { ensureAdministrator } from './auth/first-user.ts';
import { Throttle } from './auth/throttle.ts';
import { addConsole } from './console.ts';
import { EventHub } from './event-hub.ts';
import { LIMITS, type ServiceLimits } from './limits.ts';
import { addRoutes } from './routes/index.ts';
import type { App, Serving } from './serving.ts';

/** How a service is made. */
export interface ServiceOptions {
  readonly store: Store;
  /** Folder of the console's build; absent: the service alone. */
  readonly console?: string;
  readonly tls?: TlsFiles;
  /** Password of the first administrator; absent: one is made and given back once. */
  readonly adminPassword?: string | undefined;
  readonly limits?: Partial<ServiceLimits>;
  /** Microseconds since 1970-01-01 UTC; default the system's clock. */
  readonly now?: () => number;
  readonly log?: LogOptions;
}

/** A service that runs or can be run. */
export interface Service {
  readonly app: App;
  /** The password made for the first administrator; undefined when there was one already. */
  readonly firstPassword: string | undefined;
  /** Begins to answer. @returns the address to open */
  listen(port: number, host?: string): Promise<string>;
  /** Answers what is being asked, hands back what is being worked on, and ends. Leaves the store open. */
  close(): Promise<void>;
}

const systemClock = (): number => Date.now() * 1000;

/** Makes the service over an open store. @throws WiresiftError of the store, `SERVE_INPUT` */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { store, tls, now = systemClock, log = {} } = options;
  const limits = { ...LIMITS, ...options.limits };
  const serving: Serving = {
    store,
    now,
    limits,
    events: new EventHub(now()),
    throttle: new Throttle(now),
    secure: tls !== undefined,
  };
  const firstPassword = await ensureAdministrator(store, options.adminPassword);
  const app = await createApp({ serving, log, tls });
  addRoutes(app, serving);
  await addConsole(app, options.console);
  await app.ready();
  return {
    app,
    firstPassword,
    async listen(port, host = '127.0.0.1') {
      await app.listen({ port, host, listenTextResolver: (address) => `listening on ${address}` });
      const { address, port: bound, family } = app.server.address() as AddressInfo;
      const shown = family === 'IPv6' ? `[${address}]` : address;
      return `${tls ? 'https' : 'http'}://${shown}:${bound}`;
    },
    async close() {
      await app.close();
    },
  };
}
