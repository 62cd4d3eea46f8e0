export {
  ANOMALIES,
  type AnomalyCause,
  type AnomalyLayer,
  type AnomalyName,
  type AnomalySpec,
  anomalyBit,
  anomalyNames,
} from './anomaly.ts';
export { isToldDatagram, isToldSegment, MAX_UNDECIDED_DATAGRAMS } from './app/candidates.ts';
export {
  type AppConnection,
  createAppConnection,
  type ExpectConnection,
} from './app/connection.ts';
export {
  type AppFacts,
  type DialogueFacts,
  type DnsFacts,
  type HttpFacts,
  NO_FACTS,
  type SslFacts,
  type WeirdFacts,
} from './app/facts.ts';
export { createDecoder, type Decoder } from './decoder.ts';
export { IpLayer, MAX_IP_LAYERS, type NetworkKind, Packet } from './packet.ts';
export { NOT_PLAIN, PLAIN_TRUNCATED, readPlain } from './plain.ts';
