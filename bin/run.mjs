// What the npm scripts call: installs if needed, finds the pinned Node, runs the task on it.
// Runs on the system's Node, whatever its age; `node bin/run.mjs` alone lists the tasks.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, platformPackage, systemNode } from './find-node.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (...parts) => join(root, ...parts);
const tool = (name) => inRoot('node_modules', name);
const TSC = [tool('typescript/bin/tsc')];
const BIOME = [tool('@biomejs/biome/bin/biome')];
const CLI = [inRoot('src/cli/main.ts')];
const VITE = [tool('vite/bin/vite.js'), 'build', '--config', inRoot('console/vite.config.ts')];
const CONSOLE_CHECK = [...TSC, '-p', inRoot('console'), '--noEmit'];

function examples() {
  const folder = inRoot('examples');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.filter((name) => name.endsWith('.pcap')).map((name) => join('examples', name));
}

/** The latest change of any file below a folder, milliseconds since 1970. */
function changedAt(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (last, { parentPath, name }) => Math.max(last, statSync(join(parentPath, name)).mtimeMs),
      0,
    );
}

/** The step that builds the console, unless its build is there and newer than what it is made of. */
function consoleIfNeeded() {
  const built = inRoot('console/dist/index.html');
  const parts = ['console/src', 'src/report/chart', 'src/serve/wire'].map((part) => inRoot(part));
  const fresh =
    existsSync(built) && parts.every((part) => changedAt(part) < statSync(built).mtimeMs);
  return fresh ? [] : [[...VITE, '--logLevel', 'warn']];
}

/** No test may take longer, milliseconds: one that waits for what never comes fails instead. */
const TEST_LIMIT = 600_000;

/** Each task is a list of steps; each step the arguments of one run of Node. */
const TASKS = {
  start: (args) => [
    ...consoleIfNeeded(),
    [...CLI, 'serve', '--temporary', '--port', '0', '--log-level', 'warn', ...args, ...examples()],
  ],
  wiresift: (args) => [[...CLI, ...args]],
  test: (args) => [
    ...(args.length > 0
      ? []
      : [[...TSC, '-p', root, '--noEmit'], CONSOLE_CHECK, [...BIOME, 'check', root]]),
    // Many tests wait for a browser or a disk: two files at a time even where Node would take one.
    // A test that ran into the limit must not keep its process alive either.
    [
      `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`,
      `--test-timeout=${TEST_LIMIT}`,
      '--test-force-exit',
      '--test',
      ...(args.length > 0 ? args : ['test/**/*.test.ts']),
    ],
  ],
  check: () => [[...TSC, '-p', root, '--noEmit'], CONSOLE_CHECK, [...BIOME, 'check', root]],
  format: () => [[...BIOME, 'check', '--write', root]],
  bench: (args) => [[inRoot('bench/main.ts'), ...args]],
  conformance: (args) => [[inRoot('conformance/main.ts'), ...args]],
  fuzz: (args) => [[inRoot('test/fuzz/main.ts'), ...args]],
  examples: (args) => [[inRoot('examples/make.ts'), ...args]],
  models: (args) => [[inRoot('models/make.ts'), ...args]],
  figures: (args) => [[inRoot('bench/figures/main.ts'), ...args]],
  console: () => [VITE],
  build: () => [[...TSC, '-p', inRoot('tsconfig.build.json')], VITE],
};

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function installIfNeeded() {
  const installed = inRoot('node_modules', '.package-lock.json');
  const wanted = inRoot('package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  // `npm ci` empties the folder first, and through a link it would empty somebody else's.
  const folder = inRoot('node_modules');
  if (existsSync(folder) && lstatSync(folder).isSymbolicLink()) return;
  const { optionalDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const system = systemNode();
  // No pinned Node will come for this platform, so say so before a minute of installing.
  if (system.problem && !(platformPackage() in optionalDependencies)) fail(system.problem);
  process.stderr.write('wiresift: installing dependencies into node_modules (npm ci) …\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: true });
  if (done.status !== 0) fail('wiresift: npm ci failed; see its message above.');
}

function runStep(node, args) {
  const PATH = [inRoot('node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  const child = spawn(node, args, {
    stdio: 'inherit',
    env: { ...process.env, PATH },
    cwd: stepFolder,
  });
  // Ctrl-C reaches the child too; it decides how to end, and this waits for it.
  const wait = () => {};
  process.on('SIGINT', wait);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`wiresift: ${node}: ${error.message}`));
    child.on('exit', (code, signal) => {
      process.removeListener('SIGINT', wait);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

const [name, ...rest] = process.argv.slice(2);
const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
if (!task) {
  process.stderr.write(
    `usage: node bin/run.mjs TASK [ARGUMENTS]\n  tasks: ${Object.keys(TASKS).join(', ')}\n`,
  );
  process.exit(2);
}
// A user's file arguments are relative to where npm was called; every other task works on the checkout.
const stepFolder = name === 'wiresift' ? (process.env.INIT_CWD ?? process.cwd()) : root;
installIfNeeded();
const node = findNode(import.meta.url);
if (node.problem) fail(node.problem);
for (const step of task(rest)) {
  const code = await runStep(node.path, step);
  if (code !== 0) process.exit(code);
}
