import type { AppFacts } from '../../decode/index.ts';
import { ADDRESS_STRIDE } from '../flow.ts';

/** Why a connection left the tracker; `CONN_CLOSE_REASONS[batch.closeReason[row]]`. */
export const CONN_CLOSE_REASONS = ['timeout', 'closed', 'reused', 'evicted', 'end'] as const;

/** A word of {@link CONN_CLOSE_REASONS}. */
export type ConnCloseReason = (typeof CONN_CLOSE_REASONS)[number];

/**
 * Connections as columns, one row a connection, in the order in which they ended. The tracker owns the
 * batch and reuses it after the call that hands it out, so a consumer copies what it keeps.
 */
export class ConnBatch {
  readonly capacity: number;
  length = 0;
  /** Time of the first packet, whole microseconds since 1970-01-01 UTC. */
  readonly start: Float64Array;
  /** Microseconds; 0 or less when there is none to speak of, and then bytes are not known either. */
  readonly duration: Float64Array;
  /** Three 32-bit words a row, of which the uid is made. */
  readonly uid: Uint32Array;
  /** Bytes of an address: 4 or 16. */
  readonly addressLength: Uint8Array;
  /** Originator, then responder, 16 bytes each. */
  readonly addresses: Uint8Array;
  readonly originatorPort: Uint16Array;
  readonly responderPort: Uint16Array;
  /** IP protocol number, and index into `TRANSPORTS`. */
  readonly protocol: Uint8Array;
  readonly transport: Uint8Array;
  /** Payload bytes. */
  readonly originatorBytes: Float64Array;
  readonly responderBytes: Float64Array;
  /** Index into `CONN_STATES`. */
  readonly state: Uint8Array;
  readonly missedBytes: Float64Array;
  readonly originatorPackets: Float64Array;
  readonly responderPackets: Float64Array;
  /** Bytes of the IP packets. */
  readonly originatorIpBytes: Float64Array;
  readonly responderIpBytes: Float64Array;
  /** Index into {@link CONN_CLOSE_REASONS}. */
  readonly closeReason: Uint8Array;
  readonly history: string[];
  /** Confirmed protocols, comma-separated; '' when none. */
  readonly service: string[];
  /** Comma-separated uids; '' when none. */
  readonly tunnelParents: string[];
  /** What the application analysers learned. */
  readonly facts: AppFacts[];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.start = new Float64Array(capacity);
    this.duration = new Float64Array(capacity);
    this.uid = new Uint32Array(capacity * 3);
    this.addressLength = new Uint8Array(capacity);
    this.addresses = new Uint8Array(capacity * ADDRESS_STRIDE);
    this.originatorPort = new Uint16Array(capacity);
    this.responderPort = new Uint16Array(capacity);
    this.protocol = new Uint8Array(capacity);
    this.transport = new Uint8Array(capacity);
    this.originatorBytes = new Float64Array(capacity);
    this.responderBytes = new Float64Array(capacity);
    this.state = new Uint8Array(capacity);
    this.missedBytes = new Float64Array(capacity);
    this.originatorPackets = new Float64Array(capacity);
    this.responderPackets = new Float64Array(capacity);
    this.originatorIpBytes = new Float64Array(capacity);
    this.responderIpBytes = new Float64Array(capacity);
    this.closeReason = new Uint8Array(capacity);
    this.history = [];
    this.service = [];
    this.tunnelParents = [];
    this.facts = [];
  }
}
