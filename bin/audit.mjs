// Asks the registry whether the packages of the lock file have known weaknesses. Ends with 1 when they
// have. A registry that does not answer such questions (many mirrors do not) is told aloud, and no failure.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What `npm audit --json` said. @returns the sentence, and whether weaknesses were found */
export function verdictOf(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return { found: false, line: 'npm audit gave no answer: the packages were NOT checked' };
  }
  const counts = answer.metadata?.vulnerabilities;
  if (answer.error !== undefined || counts === undefined) {
    const why = answer.message ?? answer.error?.summary ?? 'no reason given';
    return { found: false, line: `npm audit was refused (${why}): the packages were NOT checked` };
  }
  const { total } = counts;
  const packages = answer.metadata.dependencies?.total ?? 'all';
  if (total === 0)
    return { found: false, line: `npm audit: nothing known against ${packages} packages` };
  const names = Object.entries(answer.vulnerabilities ?? {}).map(
    ([name, { severity }]) => `${name} (${severity})`,
  );
  return { found: true, line: `npm audit: ${total} known weaknesses: ${names.join(', ')}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { stdout } = spawnSync('npm', ['audit', '--json'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 2 ** 20,
    shell: process.platform === 'win32',
  });
  const { found, line } = verdictOf(stdout ?? '');
  process.stderr.write(`${line}\n`);
  process.exit(found ? 1 : 0);
}
