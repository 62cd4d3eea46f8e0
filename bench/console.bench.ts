import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { Random } from '../src/base/index.ts';
import { openStore } from '../src/store/index.ts';
import { browserMissing, builtConsole, countScript } from '../test/console/browser.ts';
import { Caller, example, type Started, startService } from '../test/e2e/service.ts';
import { openBrowser, settle, signInAs } from '../test/e2e/window.ts';
import { makeAlert } from './store-alerts.ts';

const ALERTS = 10_000;
const PASSWORD = 'correct horse battery';
/** Times that the list is opened with an empty cache. */
const OPENINGS = 7;
/** A frame that takes longer is seen as a jerk. */
const JERK_MILLIS = 50;
const PIXELS_A_FRAME = 400;

/** Says when the first row of alerts was drawn, in milliseconds since the page was asked for. */
const FIRST_ROW = `new MutationObserver((_, watcher) => {
  if (!document.getElementById('row-0')) return;
  watcher.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => { globalThis.firstRow = performance.now(); }));
}).observe(document, { childList: true, subtree: true });`;

/** Scrolls from the top as far as rows come, or stands still as long; the lengths of all frames. */
const scrolling = (pixels: number): string => `new Promise((resolve) => {
  const box = document.querySelector('.grid');
  const frames = [];
  let last = performance.now();
  let still = 0;
  if (${pixels} > 0) box.scrollTop = 0;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    const before = box.scrollTop;
    box.scrollTop += ${pixels};
    still = box.scrollTop === before ? still + 1 : 0;
    const most = ${pixels} > 0 ? 120 : 600;
    if (still > most) resolve({
      frames: frames.slice(1),
      rows: Math.round(box.scrollHeight / 34),
      screens: box.scrollTop / box.clientHeight,
    });
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

/** Kinds of work of a page's main thread, as the browser counts them; the first is all of it. */
const WORK = ['Task', 'Script', 'RecalcStyle', 'Layout'];

interface Scrolled {
  readonly frames: readonly number[];
  readonly rows: number;
  /** Heights of the list that were scrolled through. */
  readonly screens: number;
}

async function folderWithAlerts(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-bench-console-'));
  const store = await openStore({ folder });
  const random = new Random(1);
  const alerts = Array.from({ length: ALERTS }, (_, i) => makeAlert(random, i + 1));
  await store.alerts.put(alerts, 'bench');
  await store.close();
  return folder;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function paints(context: BrowserContext, address: string): Promise<void> {
  const row: number[] = [];
  const first: number[] = [];
  for (let run = 0; run < OPENINGS; run++) {
    const tab = await context.newPage();
    const line = await context.newCDPSession(tab);
    await line.send('Network.setCacheDisabled', { cacheDisabled: true });
    await tab.addInitScript({ content: FIRST_ROW });
    await tab.goto(`${address}/alerts`);
    await tab.locator('#row-0').waitFor();
    await tab.waitForTimeout(100);
    row.push(await tab.evaluate<number>('globalThis.firstRow'));
    first.push(
      await tab.evaluate<number>(
        `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
      ),
    );
    await tab.close();
  }
  const text = (values: readonly number[]): string =>
    `median ${median(values).toFixed(0)} ms, slowest ${Math.max(...values).toFixed(0)} ms`;
  say(`alerts list of ${ALERTS}, cold cache, ${OPENINGS} openings:`);
  say(`  first paint           ${text(first)}`);
  say(`  first row was painted ${text(row)}`);
}

/** What the page's main thread did so far, in milliseconds of processor time. */
async function worked(line: CDPSession): Promise<readonly number[]> {
  const { metrics } = await line.send('Performance.getMetrics');
  return WORK.map((word) => metrics.find(({ name }) => name === `${word}Duration`)!.value * 1000);
}

async function scroll(tab: Page, name: string, pixels = PIXELS_A_FRAME): Promise<void> {
  const line = await tab.context().newCDPSession(tab);
  await line.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await worked(line);
  const { frames, rows, screens } = await tab.evaluate<Scrolled>(scrolling(pixels));
  const spent = (await worked(line)).map((millis, at) => millis - before[at]!);
  await line.detach();
  const jerks = frames.filter((millis) => millis > JERK_MILLIS);
  const share = ((jerks.length / frames.length) * 100).toFixed(1);
  const longest = Math.max(...frames).toFixed(0);
  say(
    `scroll, ${name}: ${rows} rows, ${frames.length} frames, median ${median(frames).toFixed(1)} ms, ` +
      `${jerks.length} over ${JERK_MILLIS} ms (${share} %), longest ${longest} ms; ` +
      `main thread ${(spent[0]! / frames.length).toFixed(2)} ms of processor a frame`,
  );
  if (pixels === 0) return;
  const each = spent.map((millis) => (millis / screens).toFixed(2));
  const [task, script, style, layout] = each;
  say(
    `  of ${screens.toFixed(0)} screens, each: ${task} ms of processor, ` +
      `script ${script}, styles ${style}, layout ${layout}`,
  );
}

async function scripts(context: BrowserContext, service: Started, admin: Caller): Promise<void> {
  const folder = await builtConsole();
  await admin.upload(example('attack.pcap'));
  const alert = await admin.get<{ rows: { id: string }[] }>(
    '/api/alerts?filter=host:eq:192.168.10.45',
  );
  const { models } = await admin.get<{ models: { id: string }[] }>('/api/models');
  const paths = ['/', '/alerts', `/alerts/${alert.rows[0]!.id}`, '/hosts', '/hosts/192.168.10.66'];
  const more = ['/flows?look=Dport', '/files', '/models', `/models/${models[0]!.id}`, '/settings'];
  say('script that a page loads, packed with gzip:');
  for (const path of [...paths, ...more]) {
    const tab = await context.newPage();
    const script = countScript(tab, folder);
    await tab.goto(`${service.address}${path}`);
    await settle(tab);
    await tab.waitForTimeout(300);
    const sum = script();
    say(`  ${(sum / 1000).toFixed(1).padStart(6)} kB  ${path.slice(0, 40)}`);
    await tab.close();
  }
}

/** What the console costs in a browser: script, first paint, scrolling through ten thousand alerts. */
export async function run(): Promise<void> {
  if (browserMissing !== false) throw new Error(browserMissing);
  const service = await startService(PASSWORD, await folderWithAlerts());
  const browser = await openBrowser();
  try {
    const admin = await Caller.signIn(service.address, 'admin', PASSWORD);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const tab = await context.newPage();
    await signInAs(tab, service.address, { name: 'admin', password: PASSWORD });
    await paints(context, service.address);
    await tab.goto(`${service.address}/alerts`);
    await tab.locator('#row-0').waitFor();
    await scroll(tab, 'rows loaded on the way');
    await scroll(tab, 'all rows there');
    await scroll(tab, 'standing still, to compare', 0);
    await scripts(context, service, admin);
  } finally {
    await browser.close();
    await service.stop();
  }
}
