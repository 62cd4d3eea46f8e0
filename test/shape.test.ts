import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

/** Rooms in import order; a file imports from its own room or an earlier one. */
const ORDER = [
  'base',
  'table',
  'capture',
  'decode',
  'flow',
  'datasets',
  'features',
  'models',
  'evaluate',
  'report',
  'detect',
  'respond',
  'store',
  'scale',
  'serve',
  'pipeline.ts',
  'cli',
];
const LIVE = [
  'capture',
  'decode',
  'flow',
  'features',
  'models',
  'detect',
  'respond',
  'store',
  'scale',
];
const OFFLINE = ['datasets', 'evaluate', 'report'];
const BANNED_NAMES = /^(util|utils|helper|helpers|common|core|manager|service|misc)(\.ts)?$/;
const MAX_LINES = 450;

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}
interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const statement = /^(import|export)\s+(type\s+)?([^;'"]*?from\s+)?'([^']+)'/gm;
  for (const match of text.matchAll(statement)) {
    const [, , typeWord, names, specifier] = match;
    if (!specifier?.startsWith('.')) continue;
    const list = /\{([^}]*)\}/
      .exec(names ?? '')?.[1]
      ?.split(',')
      .filter((part) => part.trim());
    const allTypes = list?.every((part) => part.trim().startsWith('type '));
    found.push({
      target: resolve(dirname(path), specifier),
      typeOnly: typeWord !== undefined || allTypes === true,
    });
  }
  return found;
}

const roomOf = (path: string): string => relative(src, path).split(/[/\\]/)[0]!;

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const path = join(src, name);
    const text = readFileSync(path, 'utf8');
    return { path, room: roomOf(path), text, imports: importsOf(path, text) };
  });
const short = (path: string): string => relative(root, path);

test('there is something to check', () => {
  assert.ok(files.length > 20);
});

test('every room is on the list, and a file imports only from its own room or an earlier one', () => {
  for (const file of files) {
    const own = ORDER.indexOf(file.room);
    assert.ok(own >= 0, `${short(file.path)}: the room ${file.room} is not in ORDER`);
    for (const { target } of file.imports) {
      const other = ORDER.indexOf(roomOf(target));
      assert.ok(other <= own, `${short(file.path)} imports ${short(target)}, a later room`);
    }
  }
});

test("another room is entered by its index, or for types by a record's own file", () => {
  for (const file of files) {
    for (const { target, typeOnly } of file.imports) {
      if (roomOf(target) === file.room || typeOnly || target.endsWith('pipeline.ts')) continue;
      assert.ok(target.endsWith('index.ts'), `${short(file.path)} imports ${short(target)}`);
    }
  }
});

test('the live path imports no value from datasets, evaluate or report', () => {
  for (const file of files.filter((one) => LIVE.includes(one.room))) {
    for (const { target, typeOnly } of file.imports) {
      const offline = OFFLINE.includes(roomOf(target));
      assert.ok(typeOnly || !offline, `${short(file.path)} imports ${short(target)}`);
    }
  }
});

test('there is no import cycle', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const state = new Map<string, 'open' | 'done'>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    assert.notEqual(state.get(path), 'open', `cycle: ${[...trail, path].map(short).join(' > ')}`);
    state.set(path, 'open');
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (!typeOnly) visit(target, [...trail, path]);
    }
    state.set(path, 'done');
  };
  for (const file of files) visit(file.path, []);
});

test('names say what is inside, and files keep their size', () => {
  for (const { path, text } of files) {
    for (const part of relative(src, path).split(/[/\\]/)) {
      assert.ok(!BANNED_NAMES.test(part), `${short(path)}: ${part} says nothing`);
    }
    const lines = text.split('\n').length;
    assert.ok(lines <= MAX_LINES + 1, `${short(path)} has ${lines} lines`);
  }
});

test('every export has a doc comment; a run of one-line constants shares the one above it', () => {
  const declaration =
    /^export (?:async )?(?:abstract )?(?:function|class|interface|type|const|let)\b/;
  const constant = /^export const \w+(?:: \w+)? = .*;$/;
  for (const { path, text } of files) {
    const lines = text.split('\n');
    lines.forEach((line, i) => {
      if (!declaration.test(line) || /^export type \{/.test(line)) return;
      let above = i - 1;
      if (constant.test(line)) while (constant.test(lines[above] ?? '')) above--;
      assert.match(lines[above] ?? '', /\*\/\s*$/, `${short(path)}:${i + 1} has no doc comment`);
    });
  }
});

test('no any, no silenced checker, no unfinished work', () => {
  const silenced =
    /@ts-(ignore|nocheck|expect-error)|\bas any\b|: any\s*[;,)=\]}|>]|\b(TODO|FIXME)\b/;
  for (const { path, text } of files) assert.doesNotMatch(text, silenced, short(path));
});

test('every room that holds code has tests of its own', () => {
  for (const room of new Set(files.map((file) => file.room))) {
    const name = room.endsWith('.ts') ? room.replace('.ts', '.test.ts') : room;
    assert.ok(existsSync(join(root, 'test', name)), `test/${name} is missing`);
  }
});

test('every dependency stands in docs/dependencies.md with its licence', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const groups = ['dependencies', 'optionalDependencies', 'devDependencies'];
  for (const name of groups.flatMap((group) => Object.keys(manifest[group]))) {
    const row = page.split('\n').find((line) => line.includes(`\`${name}\``));
    assert.ok(row, `${name} is not in docs/dependencies.md`);
    const installed = join(root, 'node_modules', name, 'package.json');
    if (!existsSync(installed)) continue;
    const { license } = JSON.parse(readFileSync(installed, 'utf8'));
    assert.ok(row.includes(String(license)), `${name}: the page does not say ${license}`);
  }
});

test('no dependency runs a script at install', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [name, entry] of Object.entries<{ hasInstallScript?: boolean }>(lock.packages)) {
    assert.notEqual(entry.hasInstallScript, true, `${name} has an install script`);
  }
});
