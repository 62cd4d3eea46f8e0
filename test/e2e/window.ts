import assert from 'node:assert/strict';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { executablePath } from '../console/browser.ts';

/** A browser for tests. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
}

/** A window of somebody, and what went wrong in it. */
export interface Window {
  readonly context: BrowserContext;
  readonly tab: Page;
  /** Faults so far: errors of scripts, complaints of the browser, what the security policy refused. */
  readonly faults: string[];
  /** Another tab of the same person. */
  another(): Promise<Page>;
}

/** Refusals by the service are shown to the person; the browser notes each of them, too. */
const REFUSED = /the server responded with a status of (?:401|403|404|409|429) /;

function watch(tab: Page, faults: string[]): void {
  tab.on('pageerror', (error) => faults.push(`${tab.url()}: ${error.stack ?? error.message}`));
  tab.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (!REFUSED.test(message.text())) faults.push(`${tab.url()}: ${message.text()}`);
  });
  tab.on('dialog', (dialog) => {
    faults.push(`${tab.url()}: a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  // A name that is a fault by itself: what injected scripts of the tests would call.
  void tab.exposeFunction('wiresiftInjected', (from: string) => {
    faults.push(`${tab.url()}: a script from the traffic ran: ${from}`);
  });
}

const POLICY_WATCH = `addEventListener('securitypolicyviolation', (event) => console.error(
  'the security policy refused ' + event.violatedDirective + ' ' + event.blockedURI));`;

/** Opens a window that knows nobody yet. */
export async function openWindow(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  await context.addInitScript({ content: POLICY_WATCH });
  const faults: string[] = [];
  const tab = await context.newPage();
  watch(tab, faults);
  const another = async (): Promise<Page> => {
    const next = await context.newPage();
    watch(next, faults);
    return next;
  };
  return { context, tab, faults, another };
}

/** Signs somebody in who has chosen a password. */
export async function signInAs(
  tab: Page,
  address: string,
  who: { name: string; password: string },
): Promise<void> {
  await tab.goto(address);
  await tab.getByLabel('Name').fill(who.name);
  await tab.getByLabel('Password').fill(who.password);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('navigation', { name: 'Pages' }).waitFor();
}

/**
 * Waits until an expression holds in the page. Playwright's own waiting would evaluate text there,
 * which the console's security policy refuses.
 */
export async function until(tab: Page, expression: string, millis = 20_000): Promise<void> {
  for (const end = Date.now() + millis; Date.now() < end; await tab.waitForTimeout(50)) {
    if (await tab.evaluate(expression)) return;
  }
  throw new Error(`${tab.url()}: never held: ${expression}`);
}

const SETTLED = `(() => {
  const main = document.querySelector('main');
  if (!main?.querySelector('h1') || main.querySelector('[aria-busy=true]')) return false;
  return !/(?:Loading|Counting) …/.test(main.innerText);
})()`;

/** Waits until nothing on the page says that it loads. */
export async function settle(tab: Page): Promise<void> {
  await until(tab, SETTLED);
}

const STICKING_OUT = `(() => {
  const edge = document.scrollingElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= edge) return [];
  return ['the page', ...[...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > edge + 1 && !one.closest('.wide, .grid'))
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 200))];
})()`;

/**
 * Asserts that no page has to be moved sideways to be read.
 * @param width of the window in pixels
 */
export async function assertNarrow(tab: Page, width: number): Promise<void> {
  await tab.setViewportSize({ width, height: 900 });
  let out: string[] = [];
  // Pictures draw themselves anew in the frames after.
  for (let tries = 0; tries < 40; tries++) {
    out = await tab.evaluate<string[]>(STICKING_OUT);
    if (out.length === 0) return;
    await tab.waitForTimeout(50);
  }
  assert.deepEqual(out, [], `past the right edge at ${width} pixels`);
}

/** Asserts that nothing went wrong in a window. */
export function assertClean({ faults }: Window): void {
  assert.deepEqual(faults, []);
}
