import { WiresiftError } from '../base/index.ts';

/** A number that decides, with its unit and the reason it has this value. */
export interface Threshold {
  readonly value: number;
  readonly unit: string;
  readonly reason: string;
}

/**
 * Every number that a detector or the host's accumulation decides by. `docs/detect.md` explains how
 * they are used; {@link resolveThresholds} takes overrides by name.
 */
export const THRESHOLDS = {
  scanWindow: {
    value: 300,
    unit: 's',
    reason: 'five minutes, the interval Zeek has long used for scan counting',
  },
  horizontalScanHosts: {
    value: 25,
    unit: 'destinations',
    reason:
      "a client meets far fewer dead hosts on one port; also the default of Zeek's scan script",
  },
  verticalScanPorts: {
    value: 20,
    unit: 'ports',
    reason:
      "clients use a handful of ports of one host; Zeek's default of 15, a little more careful",
  },
  scanFruitless: {
    value: 0.7,
    unit: 'share of flows',
    reason: 'most probes fail; a crawler or a busy client succeeds with most of its connections',
  },
  bruteForceWindow: {
    value: 600,
    unit: 's',
    reason: 'servers slow down repeated log-ins, so ten minutes are needed to gather them',
  },
  bruteForceFlows: {
    value: 20,
    unit: 'connections',
    reason: 'two a minute, kept up: more than a person or a minute-wise health check opens',
  },
  bruteForceDuration: {
    value: 60,
    unit: 's',
    reason: 'a failed log-in ends soon; longer sessions are work',
  },
  bruteForcePackets: {
    value: 120,
    unit: 'packets',
    reason: 'key exchange and several tries take 20 to 60 packets; transfers take more',
  },
  bruteForceSpread: {
    value: 0.35,
    unit: "coefficient of variation of the responder's bytes",
    reason: 'refusals look alike; what succeeds differs in size',
  },
  floodWindow: {
    value: 10,
    unit: 's',
    reason: 'long enough to smooth a page load, short enough to be an attack in progress',
  },
  synFloodRate: {
    value: 100,
    unit: 'SYN/s',
    reason: 'an older default backlog of 128 half-open connections fills in about a second',
  },
  synFloodShare: {
    value: 0.5,
    unit: 'share of SYN-only flows',
    reason: 'a busy but healthy service completes nearly all of its handshakes',
  },
  udpFloodRate: {
    value: 1000,
    unit: 'packets/s',
    reason: 'above one-way voice and video streams, which send 50 to a few hundred',
  },
  udpFloodAnswer: {
    value: 0.1,
    unit: 'answers per packet',
    reason: 'QUIC and VPN peers acknowledge; a flooded host does not keep up',
  },
  icmpFloodRate: {
    value: 100,
    unit: 'packets/s',
    reason: 'monitoring pings once a second; a hundred times that is no monitoring',
  },
  floodMajority: {
    value: 0.5,
    unit: 'share of packets',
    reason: 'one source that sends most of a flood is its attacker; else the victim is named',
  },
  beaconFlows: {
    value: 10,
    unit: 'connections',
    reason: 'nine gaps are the least that make a median and its deviation worth something',
  },
  beaconSpan: {
    value: 300,
    unit: 's',
    reason: 'page reloads and retries are regular for seconds, not for minutes',
  },
  beaconGap: {
    value: 5,
    unit: 's',
    reason: 'faster repetition is a transfer or a flood, judged elsewhere',
  },
  beaconGapSpread: {
    value: 0.2,
    unit: 'MAD / median of gaps',
    reason: 'uniform jitter of ±40 % has a spread of 0.2; people and pages lie above 0.5',
  },
  beaconSizeSpread: {
    value: 0.2,
    unit: 'MAD / median of bytes',
    reason: 'an idle check-in has one size; work varies',
  },
  beaconPopular: {
    value: 3,
    unit: 'sources',
    reason: 'a service that several hosts poll is part of the site; lowers the severity only',
  },
  beaconPopularShare: {
    value: 0.25,
    unit: 'share of inside sources',
    reason: 'a server that a few bots of a large site poll is not popular, only infected',
  },
  modelLevel: {
    value: 1e-3,
    unit: 'probability, divided by the number of hosts',
    reason: 'one false host in a thousand analyses, were flows independent (Bonferroni)',
  },
  modelFlowsFloor: {
    value: 5,
    unit: 'flows above threshold',
    reason: 'fewer flows are an anecdote whatever the tail probability says',
  },
  modelDesignEffect: {
    value: 2,
    unit: 'flows that count as one',
    reason: 'flows of one host resemble each other; counts are divided before the tail is taken',
  },
  kindProbability: {
    value: 0.8,
    unit: 'mean probability of one kind',
    reason: 'a name is repeated as a fact; below four in five the model abstains',
  },
} as const satisfies Record<string, Threshold>;

/** A name of {@link THRESHOLDS}. */
export type ThresholdName = keyof typeof THRESHOLDS;
/** The values in force. */
export type Limits = Readonly<Record<ThresholdName, number>>;

/**
 * The defaults with the overrides put in.
 * @throws WiresiftError `DETECT_THRESHOLD` for an unknown name or a value that is not a positive number
 */
export function resolveThresholds(overrides: Readonly<Record<string, number>> = {}): Limits {
  const limits = Object.fromEntries(
    Object.entries(THRESHOLDS).map(([name, { value }]) => [name, value as number]),
  ) as Record<ThresholdName, number>;
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(THRESHOLDS, name) || !(value > 0) || !Number.isFinite(value)) {
      throw new WiresiftError({
        code: 'DETECT_THRESHOLD',
        where: `threshold ${name}`,
        saw: String(value),
        expected: Object.hasOwn(THRESHOLDS, name) ? 'a number above 0' : 'a known name',
        todo: `Names: ${Object.keys(THRESHOLDS).join(', ')}.`,
        exitCode: 2,
      });
    }
    limits[name as ThresholdName] = value;
  }
  return limits;
}

/** Slots of each fixed-size table; what does not fit is evicted and counted, never grown into. */
export interface TableSizes {
  readonly horizontal: number;
  readonly vertical: number;
  readonly bruteForce: number;
  readonly flood: number;
  readonly beacon: number;
  readonly popularity: number;
  readonly continuations: number;
  readonly hosts: number;
  /** Evidence entries, that is pairs of host and kind. */
  readonly evidence: number;
}

/** 30 MB of typed arrays in all: room for a site of some thousand hosts, bounded against any number of spoofed ones. */
export const TABLE_SIZES: TableSizes = {
  horizontal: 8192,
  vertical: 8192,
  bruteForce: 4096,
  flood: 4096,
  beacon: 16384,
  popularity: 8192,
  continuations: 16384,
  hosts: 16384,
  evidence: 4096,
};
