/** Bounds of the service, each with its reason. */
export interface ServiceLimits {
  /** Bytes of a JSON body: ten thousand alerts to judge fit. */
  readonly bodyBytes: number;
  /** Bytes of one upload. */
  readonly uploadBytes: number;
  /** Bytes that a compressed upload may unfold to, and how many times its size. */
  readonly unfoldedBytes: number;
  readonly unfoldRatio: number;
  /** Milliseconds within which the header and a JSON body must have come: slower is no browser. */
  readonly headerMillis: number;
  readonly bodyMillis: number;
  /** Milliseconds that an upload may say nothing, before it is cut off (and can be resumed). */
  readonly uploadIdleMillis: number;
  /** Connections at once. */
  readonly connections: number;
  /** Listeners of the event stream at once, and bytes that may wait for a slow one. */
  readonly listeners: number;
  readonly listenerBytes: number;
  /** Milliseconds between two signs of life of the event stream. */
  readonly heartbeatMillis: number;
  /** Captures analysed at once. */
  readonly analyses: number;
  /** Packets and bytes of a slice, and milliseconds that reading for it may take. */
  readonly slicePackets: number;
  readonly sliceBytes: number;
  readonly sliceMillis: number;
}

/** What stands unless told otherwise. */
export const LIMITS: ServiceLimits = {
  bodyBytes: 2 * 2 ** 20,
  uploadBytes: 64 * 2 ** 30,
  unfoldedBytes: 512 * 2 ** 30,
  // Deflate itself ends at 1032; captures of floods, the most repetitive there are, stay below 100.
  unfoldRatio: 200,
  headerMillis: 10_000,
  bodyMillis: 20_000,
  uploadIdleMillis: 60_000,
  connections: 2000,
  listeners: 200,
  listenerBytes: 2 ** 20,
  heartbeatMillis: 15_000,
  analyses: 1,
  slicePackets: 1_000_000,
  sliceBytes: 256 * 2 ** 20,
  sliceMillis: 120_000,
};
