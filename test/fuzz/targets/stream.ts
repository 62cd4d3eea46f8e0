import type { Random } from '../../../src/base/index.ts';
import { createAppConnection } from '../../../src/decode/app/connection.ts';
import { captureSeeds } from '../captures.ts';
import {
  changeConversation,
  conversationsOf,
  readHead,
  readTurns,
  type Turn,
} from '../conversation.ts';
import { changeCount } from '../mutate.ts';
import { magnitude, type Signals } from '../signals.ts';
import { type CaseContext, promise, type Seed, type Target } from '../target.ts';

/** Captures larger than this are left out: their first conversations are like those of others. */
const LARGEST = 2 * 1024 * 1024;
/** Characters that may be learned of one connection, as JSON. */
const MAX_FACTS = 64 * 1024;
/** Recognition gives up behind 100 pieces, so more of them may tell less. */
const MOST_PIECES = 90;
const TIME = 1_700_000_000e6;
const TCP = 6;

/** The readers of application protocols: conversations of the captures, changed. */
export function createTarget(): Target {
  return {
    name: 'stream',
    async seeds({ corpus }) {
      const seeds: Seed[] = [];
      for (const capture of captureSeeds(corpus)) {
        if (capture.read().length > LARGEST) continue;
        const found = await conversationsOf(capture);
        found.forEach((bytes, i) => {
          seeds.push({ name: `${capture.name}, conversation ${i}`, read: () => bytes });
        });
      }
      return seeds;
    },
    mutate(random, input, other) {
      let bytes = input;
      for (let turns = changeCount(random); turns > 0; turns--) {
        bytes = changeConversation(random, bytes, other);
      }
      return bytes;
    },
    run,
    reached: ({ names }) => [`services ${names.join(' ')}`],
  };
}

async function run(bytes: Uint8Array, { random, signals }: CaseContext): Promise<void> {
  const turns = readTurns(bytes);
  const whole = converse(bytes, turns);
  note(whole, signals);
  if (readHead(bytes).protocol !== TCP) return;
  const pieces = cutTurns(random, turns);
  if (pieces.length > MOST_PIECES) return;
  const cut = converse(bytes, pieces);
  promise(cut.service === whole.service, `service ${whole.service}, cut otherwise ${cut.service}`);
  promise(cut.facts === whole.facts, `facts ${whole.facts}, cut otherwise ${cut.facts}`);
}

interface Learned {
  readonly service: string;
  readonly facts: string;
  readonly over: boolean;
  readonly flipped: boolean;
}

function converse(bytes: Uint8Array, turns: readonly Turn[]): Learned {
  const { protocol, originatorPort, responderPort } = readHead(bytes);
  const connection = createAppConnection(protocol, originatorPort, responderPort);
  // A buffer that is overwritten after each call, as the capture's own is.
  const buffer = new Uint8Array(0x1_0000 + 16);
  let time = TIME;
  for (const { fromOriginator, gap, start, end, length } of turns) {
    time += 1000;
    if (gap) connection.gap(fromOriginator, length);
    else {
      buffer.fill(0xff);
      buffer.set(bytes.subarray(start, end), 8);
      connection.data(fromOriginator, buffer, 8, 8 + length, time);
    }
  }
  connection.end();
  const { service, over, flipped } = connection;
  const facts = JSON.stringify(connection.facts) ?? '';
  promise(facts.length <= MAX_FACTS, `${facts.length} characters of facts`);
  return { service, facts, over, flipped };
}

/** The same bytes in other segments. */
function cutTurns(random: Random, turns: readonly Turn[]): Turn[] {
  const pieces: Turn[] = [];
  const most = 1 + random.int(600);
  for (const turn of turns) {
    if (turn.gap) pieces.push(turn);
    for (let at = turn.start; at < turn.end; ) {
      const end = Math.min(turn.end, at + 1 + random.int(most));
      pieces.push({ ...turn, start: at, end, length: end - at });
      at = end;
    }
  }
  return pieces;
}

function note({ service, facts, over, flipped }: Learned, signals: Signals): void {
  for (const name of service.split(',')) if (name !== '') signals.name(name);
  // Which facts were learned, and how much of each, without what they say.
  let hash = over ? 1 : 0;
  if (flipped) hash |= 2;
  for (const part of facts.split(':')) {
    const name = part.slice(part.lastIndexOf('"', part.length - 2) + 1, -1);
    if (part.startsWith('null') || part.startsWith('false')) continue;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  signals.add(0, hash);
  signals.add(1, magnitude(facts.length));
}
