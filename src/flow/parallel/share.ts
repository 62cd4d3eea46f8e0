import type { Frame } from '../../capture/index.ts';
import { createDecoder, Packet } from '../../decode/index.ts';
import { MeterBurst } from '../burst.ts';
import { Meter } from '../meter.ts';
import type { MeterOptions } from '../meter-options.ts';
import { type PackedRecords, type RecordForm, RecordPacker } from './records.ts';

/** What a worker counted at its end. */
export interface ShareSummary {
  readonly stats: Meter['stats'];
  readonly packets: number;
  readonly anomalies: Float64Array;
  readonly linkTypes: ReadonlyMap<number, number>;
}

/** One worker's share of the flows: a meter of its own that sends its records packed. */
export class Share {
  readonly burst: MeterBurst;
  readonly #meter: Meter;
  readonly #decoder = createDecoder();
  /** Errors are counted where their own flow is, so not by the decoder above. */
  readonly #errorDecoder = createDecoder();
  readonly #packet = new Packet();

  constructor(options: MeterOptions, form: RecordForm, send: (records: PackedRecords) => void) {
    const packer = new RecordPacker(form);
    this.#meter = new Meter({ ...options, ticked: true }, (batch) => send(packer.pack(batch)));
    this.burst = new MeterBurst(this.#meter, this.#decoder);
  }

  /** Takes an ICMP error, whose own flow another worker has, about a flow of this one. */
  noteError(frame: Frame): void {
    this.burst.flush();
    this.#errorDecoder.decode(frame, this.#packet);
    this.#meter.noteError(this.#packet);
  }

  /** Meters what waits, and sends its records. */
  flush(): void {
    this.burst.flush();
    this.#meter.flush();
  }

  /** Sends what the flows are still owed. */
  finish(): ShareSummary {
    this.burst.flush();
    this.#meter.finish();
    const { packets, anomalies, linkTypes } = this.#decoder;
    return { stats: this.#meter.stats, packets, anomalies, linkTypes };
  }
}
