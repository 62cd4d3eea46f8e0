import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { TransferSet } from '../evaluate/index.ts';
import { usage } from './context.ts';

/** A file of a set, with what is said of its rows of unknown class. */
export interface NamedFile {
  readonly path: string;
  readonly told?: { readonly hostile: boolean; readonly word?: string };
}

/** A set as the command line names it. */
export interface NamedSet {
  readonly name: string;
  readonly dataset: string;
  readonly files: readonly NamedFile[];
}

const FORM = 'NAME=DATASET:FILE,FILE… with @hostile, @harmless or @hostile=WORD behind a file';

/** `NAME=dataset:file,file@hostile`. @throws WiresiftError `USAGE` */
export function parseSet(text: string, folder = '.'): NamedSet {
  const match = /^([\w.-]{1,40})=([^:]+):(.+)$/.exec(text);
  if (!match) throw usage('set', JSON.stringify(text.slice(0, 200)), FORM);
  const [, name, dataset, list] = match as unknown as [string, string, string, string];
  return { name, dataset, files: list.split(',').map((file) => parseFile(file, folder)) };
}

function parseFile(text: string, folder: string): NamedFile {
  const at = text.lastIndexOf('@');
  const [kind, word] = at < 0 ? [] : splitAt(text.slice(at + 1), '=');
  if (kind !== 'hostile' && kind !== 'harmless') return { path: resolve(folder, text) };
  const told = { hostile: kind === 'hostile', ...(word === undefined ? {} : { word }) };
  return { path: resolve(folder, text.slice(0, at)), told };
}

function splitAt(text: string, sign: string): [string, string?] {
  const at = text.indexOf(sign);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Sets as arguments, or the list `sets` of a JSON file, whose paths are relative to it.
 * @throws WiresiftError `USAGE`
 */
export function namedSets(given: readonly string[]): NamedSet[] {
  const sets = given.flatMap((text) => {
    if (text.includes('=') || !text.endsWith('.json')) return [parseSet(text)];
    return listOf(text).map((line) => parseSet(line, dirname(text)));
  });
  const names = sets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usage('set', `"${twice}" twice`, 'a name of its own for each');
  return sets;
}

function listOf(path: string): string[] {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usage(path, 'no JSON', `{"sets": ["${FORM}"]}`);
  }
  const list = read !== null && typeof read === 'object' && 'sets' in read ? read.sets : undefined;
  if (Array.isArray(list) && list.every((one): one is string => typeof one === 'string')) {
    return list;
  }
  throw usage(path, 'no list of sets', `{"sets": ["${FORM}"]}`);
}

/** Reads a set; files that its publisher made for testing come last. @throws as the reader */
async function readSet(named: NamedSet, signal: AbortSignal): Promise<TransferSet> {
  const { openDataset } = await import('../datasets/index.ts');
  const { withToldLabels } = await import('../evaluate/index.ts');
  const { loadData } = await import('./labelled-data.ts');
  const reader = await openDataset(named.dataset);
  const isTest = ({ path }: NamedFile): boolean => reader.isTestFile?.(basename(path)) ?? false;
  const train = named.files.filter((file) => !isTest(file));
  const files = [...train, ...named.files.filter(isTest)];
  const data = await loadData(
    reader,
    files.map(({ path }) => path),
    { signal, strict: false },
  );
  const told = files.flatMap((file, i) => {
    const { firstRow, rows } = data.files[i]!;
    return file.told ? [{ firstRow, rows, ...file.told }] : [];
  });
  const official = train.length > 0 && train.length < files.length;
  return {
    name: named.name,
    data: withToldLabels(data, told),
    ...(official ? { testFrom: data.files[train.length]!.firstRow } : {}),
  };
}

/** {@link readSet} of each. */
export async function readSets(
  named: readonly NamedSet[],
  signal: AbortSignal,
): Promise<TransferSet[]> {
  const sets: TransferSet[] = [];
  for (const one of named) sets.push(await readSet(one, signal));
  return sets;
}
