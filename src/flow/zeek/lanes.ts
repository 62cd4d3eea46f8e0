/** Frames that wait together: their cache lines fit the first cache, and their misses overlap. */
export const CONN_BURST = 64;
/** Words of a lane's key. */
export const CONN_KEY = 4;

/** The frames of one burst as columns; a lane is one frame. Keys only of those that are plain. */
export class ConnLanes {
  bytes: Uint8Array = new Uint8Array(0);
  readonly time: Float64Array = new Float64Array(CONN_BURST);
  readonly start: Int32Array = new Int32Array(CONN_BURST);
  readonly end: Int32Array = new Int32Array(CONN_BURST);
  readonly originalLength: Float64Array = new Float64Array(CONN_BURST);
  /** 1 when the frame is plain, see `readPlain`; the rest is known of such lanes alone. */
  readonly plain: Uint8Array = new Uint8Array(CONN_BURST);
  /** As `ConnKey.words` has them. */
  readonly key: Int32Array = new Int32Array(CONN_BURST * CONN_KEY);
  readonly turned: Uint8Array = new Uint8Array(CONN_BURST);
  readonly hash: Int32Array = new Int32Array(CONN_BURST);
  /** Where the table had the connection when the burst began; -1: nowhere. */
  readonly slot: Int32Array = new Int32Array(CONN_BURST);
  /** `ConnTable.removals` at that moment. */
  removals = 0;
}
