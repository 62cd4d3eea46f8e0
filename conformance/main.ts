import { pathToFileURL } from 'node:url';
import { run as runArgus } from './argus.ts';
import { run as runKdd } from './kdd.ts';
import { run as runZeek } from './zeek.ts';

/** Runs one suite by name: `argus`, `kdd`, `zeek`. @returns the process's exit code */
export async function run(args: string[]): Promise<number> {
  const [suite, ...rest] = args;
  if (suite === 'argus') return runArgus(rest);
  if (suite === 'kdd') return runKdd(rest);
  if (suite === 'zeek') return runZeek(rest);
  process.stderr.write(
    `conformance: no suite ${suite ?? '(none given)'}; there are: argus, kdd, zeek\n`,
  );
  return 2;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await run(process.argv.slice(2));
}
