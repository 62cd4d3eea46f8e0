export { IpLayer, MAX_IP_LAYERS, type NetworkKind, Packet } from './packet.ts';
