import { ipv4Text, ipv6Text } from '../../src/base/index.ts';
import { openCaptureBytes } from '../../src/capture/index.ts';
import { createDecoder, Packet } from '../../src/decode/index.ts';

const NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };

/** The connections of a capture: protocol and both ends, in either direction. */
export async function connections(bytes: Uint8Array): Promise<Set<string>> {
  const found = new Set<string>();
  const decoder = createDecoder();
  const packet = new Packet();
  const capture = await openCaptureBytes(bytes);
  await capture.read((frame) => {
    decoder.decode(frame, packet);
    const layer = packet.ip[0]!;
    if (packet.ipCount === 0) {
      found.add(packet.network);
      return;
    }
    const text = layer.version === 4 ? ipv4Text : ipv6Text;
    const end = (offset: number, port: number): string => `${text(packet.bytes, offset)}:${port}`;
    const ends = [
      end(layer.sourceOffset, layer.sourcePort),
      end(layer.destinationOffset, layer.destinationPort),
    ].sort();
    found.add([NAMES[layer.protocol] ?? layer.protocol, ...ends].join(' '));
  });
  return found;
}
