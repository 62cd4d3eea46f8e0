import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { notThere } from './refusals.ts';
import type { App } from './serving.ts';

/** Files whose name holds a hash of their content never change. */
const HASHED = /-[\w-]{8,}\.(?:js|css|woff2|json|svg|wasm)$/;

/**
 * Hands out the console: files as they are, and its one page for every address of its own.
 * @param folder what its build made; undefined or absent: a page that says so
 */
export async function addConsole(app: App, folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(join(folder, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send('Wiresift runs; its console is not built.\n'),
    );
    app.setNotFoundHandler((request) => {
      throw notThere(`${request.method} ${request.url.slice(0, 200)}`);
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: true,
    index: ['index.html'],
    dotfiles: 'ignore',
    schemaHide: true,
    setHeaders(reply, path) {
      const forever = HASHED.test(path);
      reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    // A dot is no sign of a file: addresses of hosts have dots.
    const isPage = request.method === 'GET' && !/^\/(?:api|assets)\//.test(request.url);
    if (!isPage) throw notThere(`${request.method} ${request.url.slice(0, 200)}`);
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
