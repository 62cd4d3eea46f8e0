import { ipv4Text } from '../src/base/index.ts';
import { openCapture } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';

interface NaiveFlow {
  first: number;
  last: number;
  packets: number;
  bytes: number;
  sourceBytes: number;
  flags: Set<string>;
}

/**
 * The obvious program: a Map from "a:1-b:2-6" to an object, a line of text a flow.
 * @returns packets a second over the first `limit` packets
 */
export async function runNaive(path: string, limit: number): Promise<number> {
  const started = performance.now();
  const flows = new Map<string, NaiveFlow>();
  const decoder = createDecoder();
  const packet = new Packet();
  const stop = new AbortController();
  let packets = 0;
  let wireBytes = 0;
  const source = await openCapture(path);
  await source.read((frame) => {
    if (packets >= limit) {
      stop.abort();
      return;
    }
    packets++;
    decoder.decode(frame, packet);
    const layer = packet.ip[0]!;
    const from = `${ipv4Text(packet.bytes, layer.sourceOffset)}:${layer.sourcePort}`;
    const to = `${ipv4Text(packet.bytes, layer.destinationOffset)}:${layer.destinationPort}`;
    wireBytes += packet.originalLength;
    let flow = flows.get(`${from}-${to}-${layer.protocol}`);
    const forward = flow !== undefined;
    flow ??= flows.get(`${to}-${from}-${layer.protocol}`);
    if (!flow) {
      flow = {
        first: packet.time,
        last: 0,
        packets: 0,
        bytes: 0,
        sourceBytes: 0,
        flags: new Set(),
      };
      flows.set(`${from}-${to}-${layer.protocol}`, flow);
    }
    flow.last = packet.time;
    flow.packets++;
    flow.bytes += packet.originalLength;
    if (forward) flow.sourceBytes += packet.originalLength;
    flow.flags.add(String(layer.tcpFlags));
  }, stop.signal);
  let csvBytes = 0;
  for (const [key, flow] of flows) {
    const cells = [new Date(flow.first / 1000).toISOString(), (flow.last - flow.first) / 1e6, key];
    csvBytes += [
      ...cells,
      [...flow.flags].join(''),
      flow.packets,
      flow.bytes,
      flow.sourceBytes,
    ].join(',').length;
  }
  const seconds = (performance.now() - started) / 1000;
  // The text is made to be used.
  return csvBytes + wireBytes > 0 ? packets / seconds : 0;
}
