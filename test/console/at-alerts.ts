import { after, before } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { browserMissing, builtConsole, executablePath, signIn } from './browser.ts';
import { type Fixture, startFixture } from './fixture/server.ts';

let browser: Browser | undefined;
before(async () => {
  if (browserMissing === false) {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  }
});
after(() => browser?.close());

/** What stands before a person. */
export interface Stand {
  readonly tab: Page;
  readonly fixture: Fixture;
  readonly context: BrowserContext;
  /** What the browser complained of. */
  readonly told: readonly string[];
}

/** The list of alerts, open before a person. */
export async function atAlerts(
  t: { after(run: () => Promise<void>): void },
  options: { readonly name?: string; readonly alerts?: number; readonly path?: string } = {},
): Promise<Stand> {
  const { name = 'ana', alerts = 120, path = '/alerts' } = options;
  const fixture = await startFixture({ folder: await builtConsole(), alerts });
  const context = await browser!.newContext({ viewport: { width: 1280, height: 800 } });
  t.after(async () => {
    await context.close();
    await fixture.close();
  });
  const tab = await context.newPage();
  const told: string[] = [];
  tab.on('console', (message) => message.type() === 'error' && told.push(message.text()));
  tab.on('pageerror', (error) => told.push(error.message));
  await signIn(tab, fixture.address, name);
  await tab.goto(`${fixture.address}${path}`);
  await tab.locator('#row-0').waitFor();
  return { tab, fixture, context, told };
}
