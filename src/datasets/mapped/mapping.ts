import { argusSchema, kddSchema, zeekSchema } from '../../flow/index.ts';
import type { ColumnSpec, Schema } from '../../table/index.ts';
import { badMapping, Checked, shown } from './checked.ts';
import { type MappedTarget, readTargets } from './targets.ts';

/** What a column of the file is for. */
export type MappedRole = (typeof ROLES)[number];

const ROLES = ['numeric', 'categorical', 'label', 'group', 'time', 'identity', 'ignore'] as const;

/** How a file writes times. */
export type TimeForm = (typeof TIMES)[number];

const TIMES = [
  'seconds',
  'milliseconds',
  'microseconds',
  'calendar',
  'day-first',
  'month-first',
] as const;

/** Views whose columns a file's may stand for. */
export const MAPPED_VIEWS: Readonly<Record<string, Schema>> = {
  argus: argusSchema,
  zeek: zeekSchema,
  kdd: kddSchema,
};

/** One column of the file. */
export interface MappedColumn {
  /** As the file names it, or its position from 1 where there is no header. */
  readonly name: string;
  readonly role: Exclude<MappedRole, 'ignore'>;
  /** Absent when the column serves as label or group alone, in a mapping with a view. */
  readonly spec?: ColumnSpec;
  readonly time?: TimeForm;
  /** Every number is multiplied by it. */
  readonly factor: number;
}

/** What a mapping file says, checked. */
export interface Mapping {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  readonly citation: string;
  /** The view's schema, or one of the file's own. */
  readonly schema: Schema;
  readonly view: boolean;
  readonly separator: number | undefined;
  readonly header: boolean;
  readonly quoted: boolean;
  /** Cells that mean nothing. */
  readonly empty: readonly string[];
  readonly columns: readonly MappedColumn[];
  readonly ignored: ReadonlySet<string>;
  /** Whether columns that are not named are left out; else they are a mistake. */
  readonly ignoreOthers: boolean;
  readonly targets: readonly MappedTarget[];
}

/** What an empty cell looks like unless the mapping says otherwise. */
const EMPTY: readonly string[] = 'NA NaN nan null NULL None N/A Infinity -Infinity inf -inf'.split(
  ' ',
);
const DELIMITERS: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t', space: ' ' };
const KEYS: readonly string[] =
  'name title licence citation view delimiter header quoted empty columns others targets'.split(
    ' ',
  );
const COLUMN_KEYS: readonly string[] = 'role as type time factor meaning unit'.split(' ');

/**
 * Reads the text of a mapping file.
 * @param where its path, for messages
 * @throws WiresiftError `DATASET_MAPPING` (exit code 2) that names the member and what it should be
 */
export function parseMapping(text: string, where: string): Mapping {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const saw = error instanceof Error ? error.message : String(error);
    throw badMapping(where, { saw, expected: 'JSON', todo: 'Mend the file' });
  }
  const top = new Checked(where, json).members(KEYS);
  const get = (key: string): Checked => top.get(key) ?? new Checked(`${where}, ${key}`, undefined);
  const name = get('name');
  // Part of file names and of the schema's name in every model.
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(String(name.value ?? ''))) {
    name.refuse('a name of small letters, digits and -, at most 40: "my-flows"');
  }
  const viewName = get('view').given ? get('view').oneOf(Object.keys(MAPPED_VIEWS)) : undefined;
  const view = viewName === undefined ? undefined : MAPPED_VIEWS[viewName]!;
  const { columns, ignored } = readColumns(get('columns'), view);
  checkWhole(get('columns'), columns);
  const labels = columns.filter(({ role }) => role === 'label').map((column) => column.name);
  const specs = columns.flatMap(({ spec }) => spec ?? []);
  const schema = view ?? { name: `mapped-${name.text()}`, version: 1, columns: specs };
  const word = (key: string, other: string): string => (get(key).given ? get(key).text() : other);
  return {
    name: name.text(),
    title: word('title', `${name.text()}, by a mapping file`),
    licence: word('licence', 'Not stated in the mapping file'),
    citation: word('citation', 'Not stated in the mapping file'),
    schema,
    view: view !== undefined,
    separator: readDelimiter(get('delimiter')),
    header: get('header').given ? get('header').flag() : true,
    quoted: get('quoted').given ? get('quoted').flag() : true,
    empty: get('empty').given ? readEmpty(get('empty')) : EMPTY,
    columns,
    ignored,
    ignoreOthers: get('others').given && get('others').oneOf(['ignore', 'refuse']) === 'ignore',
    targets: readTargets(get('targets'), labels),
  };
}

function readDelimiter(given: Checked): number | undefined {
  if (!given.given) return undefined;
  const text = DELIMITERS[given.text()] ?? given.text();
  if (text.length === 1 && text.charCodeAt(0) < 127 && !/["\r\n\w.+-]/.test(text)) {
    return text.charCodeAt(0);
  }
  return given.refuse('one character between the cells: ",", ";", "|", "tab" or "space"');
}

function readEmpty(given: Checked): string[] {
  return given.list().map((each) => {
    if (each.value === '') return '';
    // The reader tells a marker from a number by its first byte.
    if (/^\d/.test(each.text())) each.refuse('a word that does not begin with a digit');
    return each.text();
  });
}

function readColumns(
  given: Checked,
  view: Schema | undefined,
): { columns: MappedColumn[]; ignored: Set<string> } {
  const columns: MappedColumn[] = [];
  const ignored = new Set<string>();
  for (const [key, each] of given.members()) {
    const name = key.trim();
    const members =
      typeof each.value === 'string' ? new Map([['role', each]]) : each.members(COLUMN_KEYS);
    const column = readColumn(name, each, members, view);
    if (column) columns.push(column);
    else ignored.add(name);
  }
  return { columns, ignored };
}

function readColumn(
  name: string,
  place: Checked,
  members: ReadonlyMap<string, Checked>,
  view: Schema | undefined,
): MappedColumn | undefined {
  const as = members.get('as');
  const given = members.get('role');
  if (!given && !(view && as)) {
    place.refuse(`a role: ${ROLES.join(', ')}${view ? '; or as: a column of the view' : ''}`);
  }
  const role = given?.oneOf(ROLES);
  if (role === 'ignore') return undefined;
  const factor = members.get('factor')?.value ?? 1;
  if (typeof factor !== 'number' || !Number.isFinite(factor) || factor === 0) {
    return members.get('factor')!.refuse('a number other than 0');
  }
  const time = members.get('time')?.oneOf(TIMES);
  if (!view) {
    as?.refuse('no such member: the mapping names no view', 'Add "view", or take "as" out');
    const spec = ownSpec(name, role!, members);
    return finished({ name, role: role!, spec, factor }, time, members);
  }
  const allowed = role === undefined || role === 'label' || role === 'group';
  if (!allowed && as) {
    given!.refuse(
      'no role beside "as", but for group: the view says what the column is',
      `Take the role out, or "as"`,
    );
  }
  if (!allowed) {
    given!.refuse(
      `"as" with a column of the view ${view.name}, or the role label, group or ignore`,
      `Name one of ${view.columns.map((column) => column.name).join(', ')}`,
    );
  }
  if (!as) return { name, role: role!, factor };
  const spec = view.columns.find((column) => column.name === as.value);
  if (!spec || role === 'label') {
    return as.refuse(`a column of the view: ${view.columns.map((each) => each.name).join(', ')}`);
  }
  const own: MappedRole = spec.type === 'text' ? 'categorical' : 'numeric';
  return finished(
    { name, role: role ?? (spec.type === 'time' ? 'time' : own), spec, factor },
    time,
    members,
  );
}

function finished(
  column: MappedColumn,
  time: TimeForm | undefined,
  members: ReadonlyMap<string, Checked>,
): MappedColumn {
  const type = column.spec?.type;
  if (time && type !== 'time') members.get('time')!.refuse('"time" only for columns of times');
  if (column.factor !== 1 && type !== 'number') {
    members.get('factor')!.refuse('"factor" only for columns of numbers');
  }
  return type === 'time' ? { ...column, time: time ?? 'seconds' } : column;
}

/** A column of a table of the file's own, without a view. */
function ownSpec(
  name: string,
  role: Exclude<MappedRole, 'ignore'>,
  members: ReadonlyMap<string, Checked>,
): ColumnSpec {
  const usual = role === 'numeric' ? 'number' : role === 'time' ? 'time' : 'text';
  const type = members.get('type')?.oneOf(['number', 'text', 'time'] as const) ?? usual;
  const free = role === 'identity' && type !== 'time';
  if (type !== usual && !free) {
    members.get('type')!.refuse(`${usual}, as the role ${role} has it`);
  }
  const unit = members.get('unit')?.text();
  return {
    name,
    type,
    role:
      role === 'numeric' || role === 'categorical'
        ? 'feature'
        : role === 'group'
          ? 'identity'
          : role,
    live: false,
    meaning: members.get('meaning')?.text() ?? `The file's column ${name}`,
    ...(unit === undefined ? {} : { unit }),
  };
}

function checkWhole(given: Checked, columns: readonly MappedColumn[]): void {
  const refuse = (saw: string, expected: string): never => {
    throw badMapping(given.where, { saw, expected });
  };
  const names = columns.flatMap(({ spec }) => spec?.name ?? []);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(`${shown(twice)} twice`, 'each column of the table once');
  if (!columns.some(({ role }) => role === 'label')) {
    refuse('no column of the role label', 'one that holds the truth');
  }
  if (columns.filter(({ role, spec }) => role === 'time' && spec).length > 1) {
    refuse('several columns of the role time', 'at most one');
  }
  if (!columns.some(({ role }) => role === 'numeric' || role === 'categorical')) {
    refuse('no feature', 'a column of the role numeric or categorical');
  }
}
