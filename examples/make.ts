import { fileURLToPath } from 'node:url';
import { Random, writeWhole } from '../src/base/index.ts';
import { createPcapWriter } from '../src/capture/index.ts';
import { playAttack } from './scene/attack.ts';
import { Ports, playOffice, type Stage } from './scene/office.ts';
import { Scene } from './scene/scene.ts';
import { HARM, OFFICE, SITES } from './scene/site.ts';

/** Monday 2 March 2026, 09:00 UTC, in seconds since 1970-01-01. */
const ORIGIN = Date.UTC(2026, 2, 2, 9) / 1000;
const SEED = 20260302;
/** Bytes kept of each frame: all headers and the beginning of the payload. */
const SNAP_LENGTH = 96;
const ETHERNET = 1;

function pcapOf(scene: Scene): Uint8Array {
  const parts: Uint8Array[] = [];
  const sink = (bytes: Uint8Array): void => void parts.push(bytes.slice());
  const writer = createPcapWriter({ sink, linkType: ETHERNET, snapLength: SNAP_LENGTH });
  for (const { bytes, time } of scene.frames()) writer.write(bytes, time);
  writer.close();
  return Buffer.concat(parts);
}

const LINE = 100;

/** JSON as the formatter leaves it: an array on one line if it fits. */
function jsonOf(value: unknown, indent: string, used: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    if (used + line.length < LINE) return line;
    return `[\n${value.map((item) => inner + JSON.stringify(item)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value).map(([key, field]) => {
    const head = `${inner}${JSON.stringify(key)}: `;
    return head + jsonOf(field, inner, head.length);
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/** Which host does what, for tests. */
function truth(): Uint8Array {
  const { gateway, resolver, mail, server, files, workstations } = OFFICE;
  const { upstream, updates, mailPeer, visitor } = OFFICE;
  const outside = [upstream, updates, mailPeer, visitor, ...SITES.map(({ host }) => host)];
  const benign = [gateway, resolver, mail, files, server, ...workstations, ...outside];
  const facts = {
    benign: benign.map(({ address }) => address),
    attackers: {
      [HARM.attacker.address]: ['horizontal-scan', 'vertical-scan', 'brute-force', 'flood'],
      [HARM.infected.address]: ['beacon'],
      [HARM.spammer.address]: ['horizontal-scan'],
    },
    victims: [server.address],
    control: [HARM.control.address],
    captures: {
      'office.pcap': { attackers: [] },
      'attack.pcap': {
        attackers: [HARM.attacker, HARM.infected, HARM.spammer].map(({ address }) => address),
      },
    },
  };
  return Buffer.from(`${jsonOf(facts, '', 0)}\n`);
}

/** The files of this folder that are generated, by name; the same bytes each time. */
export function buildExamples(): Map<string, Uint8Array> {
  const random = new Random(SEED);
  const scene = new Scene(ORIGIN * 1e6);
  const stage: Stage = { scene, ports: new Ports(), random, origin: ORIGIN };
  playOffice(stage);
  const attack = scene.copy();
  playAttack({ ...stage, scene: attack, random: random.fork('attack') });
  return new Map([
    ['office.pcap', pcapOf(scene)],
    ['attack.pcap', pcapOf(attack)],
    ['truth.json', truth()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, bytes] of buildExamples()) {
    writeWhole(fileURLToPath(new URL(name, import.meta.url)), bytes);
    console.log(`${name}: ${bytes.length} bytes`);
  }
}
