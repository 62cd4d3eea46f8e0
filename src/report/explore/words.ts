import type { ColumnSpec, TextColumn } from '../../table/index.ts';
import type { RowClasses } from './classes.ts';
import type { ClassShare, TextSummary } from './exploration.ts';

const TOP = 15;

function topCode(counts: Uint32Array): number {
  let best = -1;
  for (let code = 0; code < counts.length; code++) {
    if (counts[code]! > (best < 0 ? 0 : counts[best]!)) best = code;
  }
  return best;
}

/** Summary of a column of words. Two codes with one word count as one. */
export function summariseWords(
  spec: ColumnSpec,
  column: TextColumn,
  classes: RowClasses,
): TextSummary {
  const { codes, dictionary } = column;
  const counts = new Uint32Array(dictionary.length);
  const perClass = classes.names.map(() => new Uint32Array(dictionary.length));
  let empty = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0) {
      empty++;
      continue;
    }
    counts[code]!++;
    perClass[classes.codes[row]!]![code]!++;
  }
  const words = new Map<string, number>();
  for (let code = 0; code < counts.length; code++) {
    const rows = counts[code]!;
    if (rows > 0) words.set(dictionary[code]!, (words.get(dictionary[code]!) ?? 0) + rows);
  }
  const top = [...words]
    .map(([name, rows]) => ({ name, rows }))
    .sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1));
  const byClass = classes.names.map((name, index): ClassShare => {
    const own = perClass[index]!;
    const best = topCode(own);
    let rows = 0;
    for (let code = 0; code < own.length; code++) rows += own[code]!;
    return { class: name, rows, typical: best < 0 ? null : dictionary[best]! };
  });
  return {
    name: spec.name,
    type: 'text',
    role: spec.role,
    ...(spec.unit === undefined ? {} : { unit: spec.unit }),
    meaning: spec.meaning,
    live: spec.live,
    empty,
    distinct: words.size,
    byClass,
    dashes: words.get('-') ?? 0,
    top: top.slice(0, TOP),
  };
}
