import type { FlowFilter, Store } from '../../store/index.ts';
import { alertFlowFilter } from '../alert-flows.ts';
import { packetsMissing } from '../alert-limits.ts';
import { attachment } from '../attachment.ts';
import { bytesOf } from '../ingest/uploads.ts';
import { notThere, wrongState } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import type { SlicedFlow } from '../slice/flow-keys.ts';
import { pcapSlice } from '../slice/slice.ts';
import { IdParams } from '../wire.ts';
import { storedAlert } from './flows.ts';

/** Flows whose packets are looked for. */
const MOST_FLOWS = 200_000;
/** Slices that are being read at once. */
const MOST_SLICES = 2;

/** Columns that a slice needs, in the order of {@link slicedFlow}. */
const COLUMNS = {
  argus: ['StartTime', 'Dur', 'Proto', 'SrcAddr', 'Sport', 'DstAddr', 'Dport'],
  zeek: ['ts', 'duration', 'proto', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p'],
};

function portOf(cell: string | number | null): number | null {
  const port = Number(cell);
  return cell !== null && cell !== '' && Number.isInteger(port) ? port : null;
}

function slicedFlow(cells: readonly (string | number | null)[]): SlicedFlow {
  const [first, duration, protocol, source, sourcePort, destination, destinationPort] = cells;
  const begin = Number(first);
  return {
    protocol: String(protocol),
    source: String(source),
    destination: String(destination),
    sourcePort: portOf(sourcePort!),
    destinationPort: portOf(destinationPort!),
    first: begin,
    last: begin + Math.ceil(Number(duration ?? 0) * 1e6),
  };
}

async function slicedFlows(store: Store, filter: FlowFilter): Promise<SlicedFlow[]> {
  const view = filter.view === 'zeek' ? 'zeek' : 'argus';
  const flows: SlicedFlow[] = [];
  const query = { ...filter, columns: COLUMNS[view], limit: MOST_FLOWS };
  for await (const { rows } of store.flows.stream(query)) {
    for (const { cells } of rows) flows.push(slicedFlow(cells));
  }
  return flows;
}

/** The packets behind an alert, as a capture. */
export function sliceRoutes(app: App, { store, limits }: Serving): void {
  let reading = 0;
  app.get('/api/alerts/:id/pcap', { schema: { params: IdParams } }, async (request, reply) => {
    const { id } = request.params;
    const detail = await storedAlert(store, id);
    const file = detail.origin === null ? undefined : await store.files.get(detail.origin);
    const path = file && store.uploadPath(file.id);
    if (!file || !path || file.state === 'deleted' || (await bytesOf(path)) === 0) {
      throw notThere(`capture of alert ${id}`);
    }
    const missing = packetsMissing(detail, file);
    if (missing !== null) throw wrongState(`packets of alert ${id}`, missing, 'packets');
    if (reading >= MOST_SLICES) {
      throw wrongState('slices', `${reading} being read`, `${MOST_SLICES} at most`);
    }
    reading++;
    try {
      const flows = await slicedFlows(store, alertFlowFilter(detail));
      await store.audit.note('alert.pcap', id, actorOf(request), { flows: flows.length });
      const { slicePackets: packets, sliceBytes: bytes, sliceMillis: millis } = limits;
      const slice = pcapSlice({ path, flows, packets, bytes, millis });
      slice.once('close', () => reading--);
      attachment(reply, `alert-${id}.pcap`, 'application/vnd.tcpdump.pcap');
      return reply.send(slice);
    } catch (error) {
      reading--;
      throw error;
    }
  });
}
