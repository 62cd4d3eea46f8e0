import { readFile } from 'node:fs/promises';
import { WiresiftError } from '../../base/index.ts';
import type { Dataset } from '../dataset.ts';
import { findDataset } from '../registry.ts';
import { type Mapping, parseMapping } from './mapping.ts';
import { readMapped } from './read.ts';
import { rulesOf } from './targets.ts';

/** Bytes of the longest mapping read: thousands of columns. */
const MAX_MAPPING_BYTES = 1 << 20;

/** A data set that reads files as a mapping describes them. */
export function mappedDataset(mapping: Mapping): Dataset {
  const { name, title, licence, citation, schema, targets } = mapping;
  return {
    name,
    title,
    publisher: 'Not stated',
    licence,
    citation,
    files: [],
    errata: [],
    labels: rulesOf(targets[0]!),
    targets: targets.map((target) => target.name),
    offline: !mapping.view,
    schema,
    async read(paths, options = {}) {
      const target =
        options.target === undefined
          ? targets[0]
          : targets.find((each) => each.name === options.target);
      if (target) return readMapped(mapping, target, paths, options);
      throw new WiresiftError({
        code: 'DATASET_TARGET',
        where: `mapping ${name}`,
        saw: `target ${JSON.stringify(options.target)}`,
        expected: `one of ${targets.map((each) => each.name).join(', ')}`,
        todo: 'Choose one of these, or add it to "targets" of the mapping',
        exitCode: 2,
      });
    },
  };
}

/** Reads a mapping file. @throws WiresiftError `DATASET_MAPPING`, `DATASET_OPEN` */
export async function readMapping(path: string): Promise<Mapping> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new WiresiftError(
      {
        code: 'DATASET_OPEN',
        where: path,
        saw: error.message,
        expected: 'a mapping file, or the name of a data set',
        todo: 'Check the path; list the data sets with: wiresift datasets',
        exitCode: 2,
      },
      { cause: error },
    );
  });
  if (bytes.length > MAX_MAPPING_BYTES) {
    throw new WiresiftError({
      code: 'DATASET_MAPPING',
      where: path,
      saw: `${bytes.length} bytes`,
      expected: `a mapping of at most ${MAX_MAPPING_BYTES}`,
      todo: 'Check that this is the mapping, not the data',
      exitCode: 2,
    });
  }
  return parseMapping(bytes.toString(), path);
}

/**
 * The data set of that name, or the one that a mapping file describes: a path that ends in `.json`.
 * @throws as `findDataset` and {@link readMapping}
 */
export async function openDataset(nameOrMapping: string): Promise<Dataset> {
  if (!nameOrMapping.endsWith('.json')) return findDataset(nameOrMapping);
  return mappedDataset(await readMapping(nameOrMapping));
}
