import type { BarChart } from '../../../src/report/chart/chart.ts';
import type { HostDetail } from '../../../src/serve/wire.ts';

/** Files drawn at most; the table below the picture has all. */
const MOST = 20;

/** Bytes of a host by file. */
export function trafficChart(traffic: HostDetail['traffic']): BarChart {
  const shown = traffic.slice(-MOST);
  const rest = traffic.length - shown.length;
  return {
    kind: 'bars',
    title: 'Traffic by file',
    note:
      rest > 0 ? `The latest ${MOST}; ${rest} earlier ones stand in the table.` : 'Oldest first.',
    bars: shown.map(({ originName, origin, bytes }) => ({
      label: originName || origin,
      value: bytes,
    })),
    value: { title: 'Bytes', format: 'count' },
  };
}
