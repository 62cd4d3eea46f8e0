import type { LabelledTable } from '../../table/index.ts';
import { ctu13Dashboard } from './dashboard.ts';
import type { ProtocolName, ReproduceOptions, Reproduction } from './reproduction.ts';
import { tonIotBinary, tonIotMulticlass } from './toniot.ts';

/** What a protocol needs: which data set, read with which target. */
export interface ProtocolNeeds {
  readonly dataset: string;
  readonly target?: string;
  readonly run: (
    data: LabelledTable,
    options: ReproduceOptions,
  ) => Promise<Omit<Reproduction, 'protocol'>>;
}

/** One line a protocol. */
export const PROTOCOL_NEEDS: Readonly<Record<ProtocolName, ProtocolNeeds>> = {
  'ctu13-dashboard': { dataset: 'ctu13', run: ctu13Dashboard },
  'toniot-binary': { dataset: 'ton-iot', target: 'label', run: tonIotBinary },
  'toniot-multiclass': { dataset: 'ton-iot', target: 'type', run: tonIotMulticlass },
};

/**
 * Repeats an earlier protocol: its printed figures, ours under the same steps, ours without a leak,
 * and what each flawed step is worth. The same data, seed and version give the same figures.
 * @throws WiresiftError `PRIOR_WORK` or `PRIOR_WORK` for other data, `SPLIT`, `ABORTED`
 */
export async function reproduce(
  protocol: ProtocolName,
  data: LabelledTable,
  options: ReproduceOptions,
): Promise<Reproduction> {
  return { protocol, ...(await PROTOCOL_NEEDS[protocol].run(data, options)) };
}
