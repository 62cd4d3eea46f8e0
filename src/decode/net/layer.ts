import type { IpLayer, Packet } from '../packet.ts';

/** The next {@link IpLayer} with its transport fields forgotten; it counts once `ipCount` is raised. */
export function freshLayer(packet: Packet): IpLayer {
  const layer = packet.ip[packet.ipCount];
  layer.hasTransport = false;
  layer.sourcePort = 0;
  layer.destinationPort = 0;
  layer.tcpFlags = 0;
  layer.tcpSequence = 0;
  layer.tcpAcknowledgement = 0;
  layer.tcpWindow = 0;
  layer.tcpHeaderLength = 0;
  layer.tcpMss = -1;
  layer.tcpWindowScale = -1;
  layer.tcpTimestamp = -1;
  layer.tcpTimestampEcho = -1;
  layer.tcpSackPermitted = false;
  layer.icmpType = 0;
  layer.icmpCode = 0;
  layer.icmpIdentifier = 0;
  layer.icmpSequence = 0;
  return layer;
}

/** Sets the IP payload, and the transport payload to the same until a transport decoder knows more. */
export function setPayload(layer: IpLayer, start: number, end: number, length: number): void {
  layer.payloadStart = start;
  layer.payloadEnd = end;
  layer.payloadLength = length;
  layer.dataStart = start;
  layer.dataEnd = end;
  layer.dataLength = length;
}
