import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { analysisModule, serviceModels } from '../../src/cli/service-parts.ts';
import { createService } from '../../src/serve/index.ts';
import { openStore } from '../../src/store/index.ts';
import { builtConsole, executablePath, signIn } from './browser.ts';

/** Name and password of the first administrator, as `signIn` expects them. */
export const ADMIN = 'admin';

/** How a window looks. */
export interface Look {
  readonly width?: number;
  readonly dark?: boolean;
}

/** The real service with the console, and a browser that looks at it. */
export interface RunningConsole {
  readonly address: string;
  /** A window of its own, not signed in. */
  window(look?: Look): Promise<Page>;
  /** A window of its own, signed in as somebody. */
  open(name: string, look?: Look): Promise<Page>;
  close(): Promise<void>;
}

/** Starts the service over an empty store, with the models that come along. */
export async function runningConsole(): Promise<RunningConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-console-store-'));
  const page = await builtConsole();
  const store = await openStore({ folder });
  const service = await createService({
    store,
    analysis: analysisModule(),
    models: serviceModels(),
    console: page,
    adminPassword: `${ADMIN}-password`,
    log: { level: 'silent' },
  });
  const address = await service.listen(0);
  const browser: Browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  });
  const window = async ({ width = 1440, dark = false }: Look = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
      // axe is put into the page by the test; the pages' own policy is tested with the service.
      bypassCSP: true,
    });
    context.setDefaultTimeout(20_000);
    return context.newPage();
  };
  return {
    address,
    window,
    async open(name, look) {
      const tab = await window(look);
      await signIn(tab, address, name);
      return tab;
    },
    async close() {
      await browser.close();
      await service.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
