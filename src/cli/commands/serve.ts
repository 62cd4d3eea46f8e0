import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { Service } from '../../serve/index.ts';
import { type CommandContext, usage, wholeArgument } from '../context.ts';
import { secretOf } from '../environment.ts';
import { note } from '../terminal.ts';

const LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
const DEFAULT_PORT = 8470;
const LARGEST_PORT = 65_535;

interface ServeOptions {
  readonly folder?: string;
  readonly temporary?: boolean;
  readonly port: number;
  readonly host: string;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly console?: string;
  readonly maxUpload?: number;
  readonly trustProxy?: string[];
  readonly logLevel: (typeof LEVELS)[number];
}

const EXAMPLES = `
Examples:
  wiresift serve
  wiresift serve --temporary capture.pcap
  wiresift serve --folder /var/lib/wiresift --port 8470
  wiresift serve --host 0.0.0.0 --tls-key key.pem --tls-cert cert.pem
  DATABASE_URL=postgres://wiresift@db/wiresift wiresift serve

The first start makes the user "admin" and prints a one-time password, unless WIRESIFT_ADMIN_PASSWORD
gives one. See docs/service.md.`;

const SHOWN_FOLDER = '$XDG_DATA_HOME/wiresift, else ~/.local/share/wiresift';

/**
 * Where the service keeps its things unless told (XDG Base Directory Specification). Asked only then: a
 * user without a home, as in a container, names a folder.
 */
function defaultFolder(): string {
  const base = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return join(base, 'wiresift');
}

/** `wiresift serve`: the service behind the console. */
export function serveCommand(context: CommandContext): Command {
  const size = wholeArgument('--max-upload', 1, 1_000_000);
  return new Command('serve')
    .description('run the service: upload captures, watch alerts, judge them, in the browser')
    .argument('[captures...]', 'captures to analyse at the start, as if they were uploaded')
    .option('--folder <path>', `where alerts, flows and uploads are kept; default ${SHOWN_FOLDER}`)
    .option('--temporary', 'a folder of its own, which goes when the service ends')
    .option(
      '--port <number>',
      'port; 0 takes a free one',
      wholeArgument('--port', 0, LARGEST_PORT),
      DEFAULT_PORT,
    )
    .option(
      '--host <address>',
      'address to listen on; others than this machine see it',
      '127.0.0.1',
    )
    .option('--tls-key <file>', 'private key, PEM')
    .option('--tls-cert <file>', 'certificate with its chain, PEM')
    .option('--console <folder>', 'build of the console, if not the one that comes along')
    .option(
      '--trust-proxy <addresses>',
      'proxies before the service, whose X-Forwarded-For tells who calls: addresses or nets, parted by commas',
      (text: string) => text.split(',').map((one) => one.trim()),
    )
    .option('--max-upload <gigabytes>', 'largest file that is taken; default 64', size)
    .addOption(
      new Option('--log-level <word>', 'least level of the log, JSON lines on standard error')
        .choices(LEVELS)
        .default('info'),
    )
    .addHelpText('after', EXAMPLES)
    .action((captures: string[], options: ServeOptions) => inFolder(context, captures, options));
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const saw = error instanceof Error ? error.message : 'no readable file';
    throw usage(path, saw, 'a PEM file that this user may read');
  }
}

function tlsOf({ tlsKey, tlsCert }: ServeOptions): { key: Buffer; cert: Buffer } | undefined {
  if (tlsKey === undefined && tlsCert === undefined) return undefined;
  if (tlsKey === undefined || tlsCert === undefined) {
    throw usage('--tls-key, --tls-cert', 'one of the two', 'both or neither');
  }
  return { key: readPem(tlsKey), cert: readPem(tlsCert) };
}

/** The console's build beside the sources or the build of the program. */
function consoleFolder({ console: given }: ServeOptions): string | undefined {
  if (given !== undefined) {
    if (existsSync(join(given, 'index.html'))) return given;
    throw usage('--console', given, 'a folder with index.html');
  }
  const own = fileURLToPath(new URL('../../../console/dist', import.meta.url));
  return existsSync(join(own, 'index.html')) ? own : undefined;
}

/** In the folder that is named, or in one that is gone afterwards. */
async function inFolder(
  context: CommandContext,
  captures: readonly string[],
  options: ServeOptions,
): Promise<void> {
  const missing = captures.find((path) => !existsSync(path));
  if (missing !== undefined) throw usage('CAPTURES', missing, 'a file that is there');
  if (!options.temporary) {
    const { folder = defaultFolder() } = options;
    return serve(context, captures, { ...options, folder });
  }
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
  try {
    await serve(context, captures, { ...options, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function serve(
  context: CommandContext,
  captures: readonly string[],
  options: ServeOptions & { readonly folder: string },
): Promise<void> {
  const tls = tlsOf(options);
  const page = consoleFolder(options);
  const [{ createService }, { openStore }, { serviceModels, analysisModule }, { countryLookup }] =
    await Promise.all([
      import('../../serve/index.ts'),
      import('../../store/index.ts'),
      import('../service-parts.ts'),
      import('../../report/explore/index.ts'),
    ]);
  const url = secretOf('DATABASE_URL');
  const adminPassword = secretOf('WIRESIFT_ADMIN_PASSWORD');
  const store = await openStore({ folder: options.folder, threads: true, ...(url ? { url } : {}) });
  try {
    const service = await createService({
      store,
      analysis: analysisModule(),
      models: serviceModels(),
      countryOf: countryLookup(),
      ...(tls ? { tls } : {}),
      ...(options.trustProxy ? { trustProxy: options.trustProxy } : {}),
      ...(page === undefined ? {} : { console: page }),
      ...(adminPassword ? { adminPassword } : {}),
      limits: options.maxUpload === undefined ? {} : { uploadBytes: options.maxUpload * 2 ** 30 },
      log: { level: options.logLevel },
    });
    const ended = interrupted(context);
    try {
      const address = await service.listen(options.port, options.host);
      noteStart(address, options, service.firstPassword);
      let over = false;
      const stop = ended.then(() => {
        over = true;
      });
      const taking = (async () => {
        for (const path of captures) if (!over) await take(service, path);
      })();
      // A file that cannot be read is told, and the service goes on.
      taking.catch((error: unknown) => note(`wiresift: ${String(error)}`));
      await stop;
    } finally {
      await service.close();
    }
  } finally {
    await store.close();
  }
}

/** One capture of the command line, and what was found in it. */
async function take(service: Service, path: string): Promise<void> {
  const { state, facts, problem } = await service.take(path);
  const isLog = facts['packets'] === undefined;
  const read = isLog ? `${facts['flows']} flows` : `${facts['packets']} packets`;
  const found = `${facts['alerts']} alerts in ${read}`;
  note(`wiresift: ${path}: ${state === 'analysed' ? found : problem || state}`);
}

/** Resolves at the first Ctrl-C, or when the system asks the process to end. */
function interrupted(context: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    context.onInterrupt(resolve);
    process.once('SIGTERM', () => resolve());
  });
}

function noteStart(address: string, options: ServeOptions, password: string | undefined): void {
  note(`wiresift: ${address} (stored in ${options.folder})`);
  if (password !== undefined) {
    note('wiresift: sign in as "admin" with this password, which is shown only now and must be');
    note(`wiresift: changed at the first sign-in: ${password}`);
  }
  const local = ['127.0.0.1', '::1', 'localhost'].includes(options.host);
  if (!local && options.tlsKey === undefined) {
    note('wiresift: no TLS: passwords cross the network readable; see --tls-key and --tls-cert');
  }
}
