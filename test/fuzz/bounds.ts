/** What a run may take before it counts as a finding. Tests set them lower. */
export interface Bounds {
  /** Milliseconds without a sign of life: a hang. A case takes about one millisecond. */
  readonly hangMillis: number;
  /** Milliseconds one case may take even while it shows signs of life. */
  readonly caseMillis: number;
  /** Bytes the working process may hold at any time. */
  readonly memoryBytes: number;
  /** Bytes by which the end of a run may lie above the peak of its first half. */
  readonly growthBytes: number;
}

const MIB = 1024 * 1024;

/**
 * Ten seconds is ten thousand times a usual case. 512 MiB: Node itself with its sources is 100 MiB, the
 * collector lets garbage of a few cases lie (about 100 MiB), a case's input is at most 8 MiB and the
 * reader holds at most 17 MB of it unpacked; what remains is slack, and far below what one record
 * that lies about its length (4 GiB) would take. 64 MiB of growth is what the collector's own pace
 * explains: a leak of 10 kB a case passes it within ten thousand cases.
 */
export const BOUNDS: Bounds = {
  hangMillis: 10_000,
  caseMillis: 60_000,
  memoryBytes: 512 * MIB,
  growthBytes: 64 * MIB,
};

/** Heap the engine may use, in MiB, below {@link Bounds.memoryBytes}: running out is a crash. */
export const HEAP_MIB = 384;

/** A run ends at this many findings: more of them say nothing new. */
export const MAX_FINDINGS = 20;

/** Mutated inputs are cut to this many bytes: twice the largest capture of the collection. */
export const MAX_INPUT = 8 * MIB;

/** Inputs kept because they showed something new: how many, how long, and how many mutations deep. */
export const MAX_KEPT = 256;
export const MAX_KEPT_BYTES = 64 * 1024;
export const MAX_DEPTH = 16;

/** Different signals remembered; past it nothing counts as new. */
export const MAX_SIGNALS = 1 << 18;
