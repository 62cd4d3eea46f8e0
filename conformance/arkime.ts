import { readFileSync } from 'node:fs';
import { type CountedFlow, endText } from './conversations.ts';
import { bothWays, runSuite, type Suite } from './suite.ts';

/** One end of an Arkime session. */
interface SessionEnd {
  readonly ip?: string;
  readonly port?: number;
  readonly packets?: number;
  readonly bytes?: number;
}

interface Session {
  readonly ipProtocol?: number;
  readonly source?: SessionEnd;
  readonly destination?: SessionEnd;
}

/** The IP sessions of the JSON that Arkime's tests expect of a capture. */
export function parseArkime(text: string): CountedFlow[] {
  const { sessions3 = [] } = JSON.parse(text) as { sessions3?: { body: Session }[] };
  const flows: CountedFlow[] = [];
  for (const { body } of sessions3) {
    const { ipProtocol: protocol = 0, source, destination } = body;
    if (!source?.ip || !destination?.ip) continue;
    flows.push({
      protocol,
      from: endText(source.ip, source.port ?? 0, protocol),
      to: endText(destination.ip, destination.port ?? 0, protocol),
      packets: [source.packets ?? 0, destination.packets ?? 0],
      bytes: [source.bytes ?? 0, destination.bytes ?? 0],
    });
  }
  return flows;
}

/** Arkime: frames as the capture has them; fragments of a datagram are one packet. */
export const ARKIME: Suite = {
  tool: 'arkime',
  suffix: /\.json$/,
  about: 'Compares our argus meter with the sessions that Arkime expects of the same captures.',
  sides: bothWays((path) => parseArkime(readFileSync(path, 'utf8')), {
    meter: 'link',
    wholeDatagrams: true,
  }),
};

/** Runs the suite. @returns the process's exit code */
export function run(args: string[]): Promise<number> {
  return runSuite(ARKIME, args);
}
