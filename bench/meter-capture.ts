import { existsSync, mkdirSync } from 'node:fs';
import { Random } from '../src/base/index.ts';
import { createPcapWriter } from '../src/capture/index.ts';

const FOLDER = new URL('../.bench/', import.meta.url).pathname;
const SNAP = 96;
const START = 1_700_000_000_000_000;
/** Conversations under way at once; with ten packets a flow this gives flows that interleave. */
const ACTIVE = 20_000;
const PACKETS_A_FLOW = 10;

const FIN = 1;
const SYN = 2;
const PSH = 8;
const ACK = 16;

/** One conversation: what its next packet is. */
interface Session {
  readonly protocol: number;
  readonly client: number;
  readonly server: number;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly packets: number;
  step: number;
  clientSequence: number;
  serverSequence: number;
}

const SERVERS = [80, 443, 22, 25, 53, 3389, 8080, 123];

function newSession(random: Random): Session {
  const kind = random.next();
  const protocol = kind < 0.62 ? 6 : kind < 0.95 ? 17 : 1;
  const packets =
    protocol === 6 ? 7 + Math.min(200, Math.floor(random.exponential(7.6))) : 2 + 2 * random.int(2);
  return {
    protocol,
    client: 0x0a000000 | random.int(0x40000),
    server: 0xc0a80000 | random.int(0x4000),
    clientPort: 1024 + random.int(64_000),
    serverPort: SERVERS[random.int(SERVERS.length)]!,
    packets,
    step: 0,
    clientSequence: random.uint32(),
    serverSequence: random.uint32(),
  };
}

const SIZES = [0, 0, 0, 40, 120, 512, 1000, 1448, 1448];

/** Builds one frame after another in the same buffer. */
class FrameBuilder {
  readonly bytes = new Uint8Array(SNAP);
  readonly #view = new DataView(this.bytes.buffer);
  wireLength = 0;

  constructor() {
    this.bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45]);
    this.bytes[22] = 64;
  }

  build(session: Session, random: Random): void {
    const { step, packets, protocol } = session;
    let fromClient = step % 2 === 0;
    let flags = ACK;
    let data = 0;
    if (protocol !== 6) data = 20 + random.int(400);
    else if (step === 0) flags = SYN;
    else if (step === 1) flags = SYN | ACK;
    else if (step > 2) {
      const left = packets - step;
      fromClient = left <= 3 ? left !== 2 : random.next() < 0.4;
      if (left === 3 || left === 2) flags |= FIN;
      else if (left > 3) data = SIZES[random.int(SIZES.length)]!;
      if (data > 0) flags |= PSH;
    }
    this.#header(session, fromClient, data);
    if (protocol === 6) this.#tcp(session, fromClient, flags, data);
    else if (protocol === 17) this.#view.setUint16(38, 8 + data);
    else this.#view.setUint32(34, ((fromClient ? 8 : 0) << 24) >>> 0);
    if (protocol === 1) this.#view.setUint32(38, session.clientSequence);
    session.step++;
  }

  #header(session: Session, fromClient: boolean, data: number): void {
    const view = this.#view;
    const transport = session.protocol === 6 ? 32 : 8;
    const length = 20 + transport + data;
    this.wireLength = Math.max(60, 14 + length);
    view.setUint16(16, length);
    this.bytes[23] = session.protocol;
    view.setUint32(26, fromClient ? session.client : session.server);
    view.setUint32(30, fromClient ? session.server : session.client);
    view.setUint16(34, fromClient ? session.clientPort : session.serverPort);
    view.setUint16(36, fromClient ? session.serverPort : session.clientPort);
  }

  #tcp(session: Session, fromClient: boolean, flags: number, data: number): void {
    const view = this.#view;
    const { clientSequence, serverSequence } = session;
    view.setUint32(38, fromClient ? clientSequence : serverSequence);
    view.setUint32(42, (flags & ACK) === 0 ? 0 : fromClient ? serverSequence : clientSequence);
    view.setUint16(46, 0x8000 | flags);
    view.setUint16(48, 502);
    // Options as most hosts send them: no-operation twice, then a timestamp.
    view.setUint32(54, 0x0101080a);
    const next = data + ((flags & (SYN | FIN)) !== 0 ? 1 : 0);
    if (fromClient) session.clientSequence = (clientSequence + next) >>> 0;
    else session.serverSequence = (serverSequence + next) >>> 0;
  }
}

/**
 * The bench's capture, made once for each size: TCP sessions with handshake, data both ways and FINs,
 * UDP and ICMP exchanges, ten packets a flow, 20,000 conversations at once, cut to 96 bytes a frame.
 * @returns the file's path
 */
export function meterCapture(packets: number): string {
  mkdirSync(FOLDER, { recursive: true });
  const path = `${FOLDER}meter-${packets}.pcap`;
  if (existsSync(path)) return path;
  process.stderr.write(`making ${path}: ${packets} packets …\n`);
  const random = new Random(7);
  const writer = createPcapWriter({ path, linkType: 1, snapLength: SNAP });
  const frame = new FrameBuilder();
  const active = Math.max(1, Math.min(ACTIVE, Math.floor(packets / PACKETS_A_FLOW / 2)));
  const sessions = Array.from({ length: active }, () => newSession(random));
  let time = START;
  for (let i = 0; i < packets; i++) {
    const at = random.int(active);
    const session = sessions[at]!;
    frame.build(session, random);
    const captured = Math.min(SNAP, frame.wireLength);
    writer.write(frame.bytes.subarray(0, captured), time, frame.wireLength);
    time += 1 + random.int(200);
    if (session.step === session.packets) sessions[at] = newSession(random);
  }
  writer.close();
  return path;
}
