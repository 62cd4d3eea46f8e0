import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the checkout as text. */
export const readRoot = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8');

/** Its full path. */
export const inRoot = (path: string): string => `${ROOT}${path}`;

let help: string | undefined;

/** What `wiresift serve --help` says. */
export function serveHelp(): string {
  help ??= execFileSync(process.execPath, [inRoot('src/cli/main.ts'), 'serve', '--help'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return help;
}

/** Options among the words of a command, as `--name`, that `wiresift serve` does not know. */
export function unknownOptions(words: readonly string[]): string[] {
  const known = new Set(serveHelp().match(/--[a-z-]+/g));
  const given = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!);
  return given.filter((name) => !known.has(name));
}

/** Variables of the environment that the command reads. */
export function serveVariables(): string[] {
  const source = readRoot('src/cli/commands/serve.ts');
  return [...source.matchAll(/(?:process\.env\[|secretOf\()'(\w+)'/g)].map(([, name]) => name!);
}
