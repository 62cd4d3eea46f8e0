import { pathToFileURL } from 'node:url';
import { run as argus } from './argus.ts';
import { run as arkime } from './arkime.ts';
import { run as ipfixprobe } from './ipfixprobe.ts';
import { run as kdd } from './kdd.ts';
import { run as ndpi } from './ndpi.ts';
import { run as nfstream } from './nfstream.ts';
import { run as suricata } from './suricata.ts';
import { run as tshark } from './tshark.ts';
import { run as zeek } from './zeek.ts';

/** Every suite by name. */
const SUITES = new Map<string, (args: string[]) => Promise<number>>([
  ['argus', argus],
  ['arkime', arkime],
  ['ipfixprobe', ipfixprobe],
  ['kdd', kdd],
  ['ndpi', ndpi],
  ['nfstream', nfstream],
  ['suricata', suricata],
  ['tshark', tshark],
  ['zeek', zeek],
]);

/** Runs one suite by name; the rest of the arguments are its own. @returns the process's exit code */
export async function run(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  const suite = SUITES.get(name ?? '');
  if (suite) return suite(rest);
  process.stderr.write(
    `conformance: no suite ${name ?? '(none given)'}; there are: ${[...SUITES.keys()].join(', ')}\n`,
  );
  return 2;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await run(process.argv.slice(2));
}
