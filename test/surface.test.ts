import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('every error code stands in docs/errors.md, and none there is invented', () => {
  const codes = new Set<string>();
  for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = read(`src/${name}`);
    for (const [, code] of text.matchAll(/code: '([A-Z]+(?:_[A-Z]+)*)'/g)) codes.add(code!);
    for (const [, code] of text.matchAll(/\(\s*'((?:CAPTURE|DATASET|FEATURE|MODEL)_[A-Z]+)'/g))
      codes.add(code!);
  }
  const listed = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code!);
  const missing = [...codes].filter((code) => !listed.includes(code));
  assert.deepEqual(missing, [], 'codes without a row in docs/errors.md');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`src/${name}`))
    .join('\n');
  const unknown = listed.filter((code) => !sources.includes(`'${code}'`));
  assert.deepEqual(unknown, [], 'rows of docs/errors.md that no source raises');
});

test("the package's entrances exist, and its version is in the change log", () => {
  const manifest = JSON.parse(read('package.json'));
  for (const target of Object.values<string>(manifest.exports)) {
    const source = target.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    assert.ok(read(source).length > 0, source);
  }
  assert.ok(read('CHANGELOG.md').includes(`[${manifest.version}]`));
});

test('the pages that others link to are there', () => {
  for (const page of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']) {
    for (const [, link] of read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const found = readdirSync(join(root, link!, '..')).includes(link!.split('/').at(-1)!);
      assert.ok(found, `${page} links to ${link}`);
    }
  }
});
