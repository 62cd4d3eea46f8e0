export {
  ANOMALIES,
  type AnomalyCause,
  type AnomalyLayer,
  type AnomalyName,
  type AnomalySpec,
  anomalyBit,
  anomalyNames,
} from './anomaly.ts';
export { createDecoder, type Decoder } from './decoder.ts';
export { IpLayer, MAX_IP_LAYERS, type NetworkKind, Packet } from './packet.ts';
