import { hasHistory, tableHistory } from '../features/index.ts';
import { modelKind, type Parameters } from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import { readsHistory } from './prepare.ts';
import type { Split } from './split.ts';

/**
 * Seconds that a model looks back on a host's flows across the parts of a split. A part is read with
 * its own rows alone, so nothing crosses a cut in time or between hosts: 0. Where rows of one host lie
 * on both sides of a split that is not by time, each looks back over a stretch that the other side
 * shares: the median stretch of its rows.
 */
export function lookBackSeconds(
  { table }: LabelledTable,
  split: Split,
  kind: string | undefined,
  parameters: Parameters = {},
): number {
  const mixed = split.kind === 'stratified' || split.kind === 'grouped';
  if (kind === undefined || !mixed || !readsHistory(kind) || !hasHistory(table)) return 0;
  const { hosts, times } = tableHistory(table);
  const taught = new Set(Array.from(split.train, (row) => hosts[row]!));
  const rows = Int32Array.from([...split.train, ...split.test])
    .filter((row) => hosts[row]! >= 0 && taught.has(hosts[row]!) && !Number.isNaN(times[row]!))
    .sort((a, b) => times[a]! - times[b]! || a - b);
  if (!split.test.some((row) => taught.has(hosts[row]!))) return 0;
  const reach = (modelKind(kind).create(parameters).parameters['window'] as number) - 1;
  const seen = new Map<number, number[]>();
  const spans = Float64Array.from(rows, (row) => {
    const own = seen.get(hosts[row]!) ?? [];
    seen.set(hosts[row]!, own);
    own.push(times[row]!);
    return (times[row]! - own[Math.max(0, own.length - 1 - reach)]!) / 1e6;
  });
  return spans.sort()[spans.length >> 1] ?? 0;
}
