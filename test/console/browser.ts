import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { build } from 'vite';

const places = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);

/** The browser that tests use. */
export const executablePath = [process.env['CHROMIUM'] ?? '', ...places].find(
  (path) => path !== '' && existsSync(path),
);

/** Why no page can be looked at; false when one can. */
export const browserMissing: string | false = executablePath
  ? false
  : `no Chromium in ${places.join(', ')}; CHROMIUM=PATH names one. No page was looked at.`;

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What the console is built of, beside itself. */
const SOURCES = ['console/index.html', 'console/vite.config.ts', 'console/src', 'src/report/chart'];

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(root, source);
    const files = statSync(path).isFile()
      ? [path]
      : readdirSync(path, { recursive: true, encoding: 'utf8' })
          .sort()
          .map((name) => join(path, name))
          .filter((one) => statSync(one).isFile());
    for (const file of files) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Folder of the console as its sources stand; built once for all test files. */
export async function builtConsole(): Promise<string> {
  const folder = join(tmpdir(), `wiresift-console-${hashOfSources()}`);
  if (existsSync(join(folder, 'index.html'))) return folder;
  const own = mkdtempSync(join(tmpdir(), 'wiresift-console-build-'));
  await build({
    configFile: join(root, 'console/vite.config.ts'),
    build: { outDir: own, emptyOutDir: true },
    logLevel: 'error',
  });
  // Another test file may have been faster: then its folder serves as well.
  if (!existsSync(folder)) renameSync(own, folder);
  return folder;
}

/** Most script that a page may load, packed, in bytes. */
export const MOST_SCRIPT = 300_000;

/**
 * Counts the script that a tab loads, packed with gzip.
 * @returns what gives the bytes since the last time it was asked
 */
export function countScript(tab: Page, folder: string): () => number {
  const names = new Set<string>();
  tab.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith('.js')) names.add(pathname);
  });
  return () => {
    const bytes = [...names].map((name) => gzipSync(readFileSync(join(folder, name))).length);
    names.clear();
    return bytes.reduce((sum, one) => sum + one, 0);
  };
}

/** Signs in at the fixture and waits for the first page. */
export async function signIn(tab: Page, address: string, name: string): Promise<void> {
  await tab.goto(address);
  await tab.getByLabel('Name').fill(name);
  await tab.getByLabel('Password').fill(`${name}-password`);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('navigation', { name: 'Pages' }).waitFor();
}

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it stands, one line each. */
export async function violations(tab: Page): Promise<readonly string[]> {
  await tab.evaluate(axe);
  return tab.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations: found } = await tool.run();
    return found.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
    );
  });
}
