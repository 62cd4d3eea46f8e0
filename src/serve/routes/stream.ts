import type { HubEvent } from '../event-hub.ts';
import { wrongState } from '../refusals.ts';
import { type App, principalOf, type Serving } from '../serving.ts';

const text = ({ id, name, data }: HubEvent): string =>
  `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;

/** How often a listener's right to listen is looked at again. */
const RIGHTS_EVERY = 4;

/** Server-sent events (HTML standard, chapter 9.2): what happens, as it happens. */
export function streamRoutes(app: App, { store, events, limits, now, metrics }: Serving): void {
  app.get('/api/stream', { schema: { hide: true } }, (request, reply) => {
    const { user, session } = principalOf(request);
    if (events.listeners >= limits.listeners) {
      throw wrongState('stream', `${events.listeners} listeners`, `${limits.listeners} at most`);
    }
    const { raw } = reply;
    reply.hijack();
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const send = (piece: string): void => {
      // Whoever does not read is dropped, and comes back with the id of the last event it saw.
      if (raw.writableLength > limits.listenerBytes) raw.destroy();
      else raw.write(piece);
    };
    const last = Number(request.headers['last-event-id']);
    const missed = Number.isSafeInteger(last) && last > 0 ? events.since(last) : [];
    send(`retry: 2000\n\n`);
    if (missed) for (const event of missed) send(text(event));
    else send(text({ id: events.lastId, name: 'reset', data: JSON.stringify({ at: now() }) }));
    const stopListening = events.listen((event) => send(text(event)));
    metrics.listeners.set(events.listeners);
    let beats = 0;
    const beat = setInterval(() => {
      send(': still here\n\n');
      if (++beats % RIGHTS_EVERY === 0) void checkRights();
    }, limits.heartbeatMillis);
    const checkRights = async (): Promise<void> => {
      const current = await store.users.get(user.id).catch(() => user);
      const open = !session || (await store.sessions.get(session.id).catch(() => session));
      const over = session && session.expiresAt <= now();
      if (!current || current.disabled || !open || over) raw.end();
    };
    raw.once('close', () => {
      clearInterval(beat);
      stopListening();
      metrics.listeners.set(events.listeners);
    });
  });
}
