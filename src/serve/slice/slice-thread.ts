import { parentPort, workerData } from 'node:worker_threads';
import { WiresiftError } from '../../base/index.ts';
import { createPcapWriter, openCapture, type PcapWriter } from '../../capture/index.ts';
import { createDecoder, Packet } from '../../decode/index.ts';
import { FlowKeys } from './flow-keys.ts';
import type { FromSlice, SliceRequest } from './slice.ts';

/** Pieces on their way: beyond, reading waits. */
const MOST_WAITING = 4;

const request = workerData as SliceRequest;
const port = parentPort!;
let waiting = 0;
let wake = (): void => {};

port.on('message', () => {
  waiting--;
  wake();
});

function send(message: FromSlice): void {
  port.postMessage(message);
}

async function slice(): Promise<void> {
  const { path, flows, packets, bytes, millis } = request;
  const keys = new FlowKeys(flows);
  const decoder = createDecoder();
  const packet = new Packet();
  const end = new AbortController();
  const deadline = performance.now() + millis;
  let writer: PcapWriter | undefined;
  let linkType = -1;
  const sink = (piece: Uint8Array): void => {
    waiting++;
    send({ type: 'piece', bytes: piece.slice() });
  };
  const source = await openCapture(path);
  await source.read(
    (frame) => {
      if (end.signal.aborted || frame.time < keys.first || frame.time > keys.last) return;
      decoder.decode(frame, packet);
      if (!keys.has(packet)) return;
      if (!writer) {
        linkType = frame.linkType;
        writer = createPcapWriter({ linkType, nanoseconds: true, sink });
      }
      // One file has one link type; pcap knows no other.
      if (frame.linkType !== linkType) return;
      const frameBytes = frame.bytes.subarray(frame.start, frame.end);
      writer.write(frameBytes, frame.time, frame.originalLength, frame.nanos);
      if (writer.frames >= packets || writer.bytes >= bytes) end.abort();
    },
    end.signal,
    async () => {
      if (performance.now() > deadline) end.abort();
      while (waiting > MOST_WAITING) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  );
  // Without a packet there is still a file: its header alone.
  (writer ?? createPcapWriter({ linkType: 1, nanoseconds: true, sink })).close();
  send({ type: 'end', packets: writer?.frames ?? 0, cut: end.signal.aborted });
}

try {
  await slice();
} catch (error) {
  const message = error instanceof WiresiftError ? error.message : String(error);
  send({ type: 'failed', message });
} finally {
  port.close();
}
