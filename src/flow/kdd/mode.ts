/**
 * Whose reading of the KDD Cup 99 features is computed; `docs/views/kdd.md` defines each.
 *
 * - `data`: what the published rows themselves prove. The default.
 * - `ai-ids`: the program AI-IDS/kdd99_feature_extractor.
 * - `gure`: the program trafAld.c behind the gureKDDCup data (inigoperona/tcpdump2gureKDDCup99).
 */
export const KDD_MODES = ['data', 'ai-ids', 'gure'] as const;

/** One of {@link KDD_MODES}. */
export type KddMode = (typeof KDD_MODES)[number];

/** What sets the windows of a mode apart. Times in microseconds. */
export interface WindowRules {
  /** Connections that the time window keeps at most, the current one not counted. */
  readonly recentLimit: number;
  /** Connections before the current one in the host window. */
  readonly hostLimit: number;
  /** Whether a connection counts itself. */
  readonly includesCurrent: boolean;
  /** Which time of a connection orders the stream and is held against the two seconds. */
  readonly clock: 'start' | 'end';
}

/**
 * The two programs set no limit to the time window. A flood of a million connections in two seconds
 * is more than the programs themselves could hold; from there on the oldest leave early.
 */
const UNLIMITED = (1 << 20) - 1;

/** The rules of each mode. 511 and 255, the current one included, are what the data show. */
export const WINDOW_RULES: Readonly<Record<KddMode, WindowRules>> = {
  data: { recentLimit: 510, hostLimit: 254, includesCurrent: true, clock: 'start' },
  'ai-ids': { recentLimit: UNLIMITED, hostLimit: 100, includesCurrent: false, clock: 'end' },
  gure: { recentLimit: UNLIMITED, hostLimit: 100, includesCurrent: false, clock: 'start' },
};

/** Length of the time window, in microseconds. */
export const RECENT_SPAN = 2_000_000;
