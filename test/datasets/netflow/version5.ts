/** One record of NetFlow 5 as a test writes it; times in milliseconds before the message. */
export interface Version5Flow {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly sourcePort: number;
  readonly port: number;
  readonly packets: number;
  readonly bytes: number;
  readonly protocol?: number;
  readonly flags?: number;
  readonly started?: number;
  readonly ended?: number;
}

const UPTIME = 3_600_000;

/** One message of NetFlow 5 as Cisco lays it out: header of 24 bytes, records of 48. */
export function version5(flows: readonly Version5Flow[], seconds = 1_767_225_600): Uint8Array {
  const bytes = new Uint8Array(24 + 48 * flows.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 5);
  view.setUint16(2, flows.length);
  view.setUint32(4, UPTIME);
  view.setUint32(8, seconds);
  flows.forEach((flow, i) => {
    const at = 24 + 48 * i;
    bytes.set(flow.from, at);
    bytes.set(flow.to, at + 4);
    view.setUint32(at + 16, flow.packets);
    view.setUint32(at + 20, flow.bytes);
    view.setUint32(at + 24, UPTIME - (flow.started ?? 1000));
    view.setUint32(at + 28, UPTIME - (flow.ended ?? 500));
    view.setUint16(at + 32, flow.sourcePort);
    view.setUint16(at + 34, flow.port);
    bytes[at + 37] = flow.flags ?? 0;
    bytes[at + 38] = flow.protocol ?? 6;
  });
  return bytes;
}
