/** How the meter cuts traffic into records; every time is in seconds. */
export interface MeterOptions {
  /** Flows kept at once; past this some are evicted. Default one million. */
  readonly maxFlows?: number;
  /** A flow longer than this leaves a record each time it passes. Default 3600. */
  readonly statusInterval?: number;
  /** Seed of the table's hash. No result depends on it; live use should draw it at random. */
  readonly seed?: number;
  /** Rows of a batch. Default 4096. */
  readonly batchRows?: number;
  /** The caller says by `Meter.tick` when queues are looked at. Default false: the packets' times do. */
  readonly ticked?: boolean;
}

/** What {@link MeterOptions} leaves out. */
export const METER_DEFAULTS: Required<MeterOptions> = {
  maxFlows: 1_000_000,
  statusInterval: 3600,
  seed: 0x5eed,
  batchRows: 4096,
  ticked: false,
};

/** What the meter has done so far. */
export interface MeterStats {
  packets: number;
  /** Packets that belong to no flow: no address, or a header that was not captured. */
  ignored: number;
  flows: number;
  records: number;
  /** Flows that had to leave because the table was full; of these, those that were no conversation. */
  evicted: number;
  evictedOneWay: number;
  /** Most flows at once, and bytes of the table's memory. */
  peakFlows: number;
  tableBytes: number;
}
