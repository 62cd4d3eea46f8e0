import { BURST, BurstFrames } from '../lanes.ts';

/** Frames that wait together: their cache lines fit the first cache, and their misses overlap. */
export const CONN_BURST: number = BURST;
/** Words of a lane's key. */
export const CONN_KEY = 4;

/** What the tracker asks of the frames of one burst. */
export class ConnLanes {
  /** The frames; those of another burst's lanes when they are read together. */
  frames: BurstFrames = new BurstFrames();
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
