import type { TextColumn } from '../../table/index.ts';
import type { LabelCount, LabelRule } from '../dataset.ts';
import { badMapping, type Checked, shown } from './checked.ts';

/** One way to read a label column as classes. */
export interface MappedTarget {
  readonly name: string;
  /** The file's column. */
  readonly column: string;
  /** Class of a word, or of every word that begins so (`DoS*`); null: no class. */
  readonly values: readonly (readonly [word: string, name: string | null])[];
  /** Class of all other words: absent, they are a mistake; `itself`, each is its own class. */
  readonly other: string | null | undefined;
  /** The class of what is not hostile; it comes first. */
  readonly harmless: string | undefined;
}

/** Each word its own class. */
const ITSELF = 'itself';
/** A class of this name is none: nobody vouches for such rows. */
const BACKGROUND = 'background';
const KEYS: readonly string[] = 'column values other harmless'.split(' ');

const classOf = (given: Checked): string | null =>
  given.value === null || given.value === BACKGROUND ? null : given.text();

/** @param labels the columns of the role label */
export function readTargets(given: Checked, labels: readonly string[]): MappedTarget[] {
  if (!given.given) {
    return labels.map((column) => ({
      name: column,
      column,
      values: [],
      other: ITSELF,
      harmless: undefined,
    }));
  }
  const targets = [...given.members()].map(([name, each]): MappedTarget => {
    const members = each.members(KEYS);
    const column = members.get('column')?.text().trim() ?? labels[0]!;
    if (!labels.includes(column)) {
      members.get('column')!.refuse(`a column of the role label: ${labels.join(', ')}`);
    }
    const values = [...(members.get('values')?.members() ?? [])].map(
      ([word, value]) => [word, classOf(value)] as const,
    );
    const other = members.get('other');
    const unsaid = values.length === 0 ? ITSELF : undefined;
    return {
      name,
      column,
      values,
      other: other ? classOf(other) : unsaid,
      harmless: members.get('harmless')?.text(),
    };
  });
  return targets.length > 0 ? targets : given.refuse('at least one target');
}

/** Rules that can be told before any file is read, for listings and cards. */
export function rulesOf({ values, other }: MappedTarget): LabelRule[] {
  const rules = values.map(([word, name]) => ({ group: word, labels: word, class: name }));
  if (other === undefined) return rules;
  const labels = other === ITSELF ? 'every other word, each its own class' : 'every other word';
  return [...rules, { group: 'other', labels, class: other === ITSELF ? null : other }];
}

/** Classes and what each row is. */
export interface MappedLabels {
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly labelCounts: readonly LabelCount[];
}

/**
 * Reads a column's words as classes: harmless first, then in the order of the mapping, then words
 * that are their own class in code-unit order. An empty cell has no class.
 * @throws WiresiftError `DATASET_MAPPING` for a word that the mapping does not name, or when it is
 *   not clear which class is harmless
 */
export function readLabels(
  { codes, dictionary }: TextColumn,
  target: MappedTarget,
  where: string,
): MappedLabels {
  const named = dictionary.map((word) => wordClass(word, target, where));
  // Classes of the mapping stay even without a row, so that two files have the same ones.
  const inOrder = [...target.values.map(([, name]) => name), otherClass(target)];
  const own = [...new Set(named)].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const all = [...new Set([target.harmless, ...inOrder, ...own])];
  const classes = all.filter((name) => typeof name === 'string');
  checkHarmless(classes, target, where);
  const classOfCode = Int32Array.of(-1, ...named.map((name) => classes.indexOf(name ?? '')));
  const rows = new Float64Array(dictionary.length + 1);
  const labels = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    labels[row] = classOfCode[codes[row]! + 1]!;
    rows[codes[row]! + 1]!++;
  }
  const counts = dictionary.map((group, code) => ({
    group,
    class: named[code] ?? null,
    rows: rows[code + 1]!,
  }));
  const none = rows[0]! > 0 ? [{ group: '(empty)', class: null, rows: rows[0]! }] : [];
  return { classes, labels, labelCounts: [...counts.filter((each) => each.rows > 0), ...none] };
}

const otherClass = ({ other }: MappedTarget): string | null =>
  other === ITSELF ? null : (other ?? null);

function wordClass(raw: string, target: MappedTarget, where: string): string | null {
  const word = raw.trim();
  const rule =
    target.values.find(([each]) => each === raw || each === word) ??
    target.values.find(([each]) => each.endsWith('*') && word.startsWith(each.slice(0, -1)));
  if (rule) return rule[1];
  if (target.other === ITSELF) return word;
  if (target.other !== undefined) return target.other;
  throw badMapping(`${where}, targets, ${target.name}`, {
    saw: `the label ${shown(word)}`,
    expected: `one of ${target.values.map(([each]) => shown(each)).join(', ')}`,
    todo: 'Add it to "values" (null: no class), or say what "other" words are',
  });
}

/** As the rest of the program finds it: by its name, or the first. */
const HARMLESS = /^(normal|benign|legitimate)$/i;

function checkHarmless(classes: readonly string[], target: MappedTarget, where: string): void {
  const place = `${where}, targets, ${target.name}`;
  const { harmless } = target;
  const known = classes.find((name) => HARMLESS.test(name));
  if (harmless !== undefined && (known ?? harmless) !== harmless) {
    throw badMapping(place, {
      saw: `harmless ${shown(harmless)} among the classes ${classes.join(', ')}`,
      expected: `no class but the harmless one called ${known}`,
    });
  }
  if (harmless ?? known ?? target.values.find(([, name]) => name !== null)) return;
  throw badMapping(place, {
    saw: `the classes ${classes.slice(0, 8).join(', ')}`,
    expected: 'to know which of them is harmless',
    todo: 'Say it with "harmless", or name that class normal or benign in "values"',
  });
}
