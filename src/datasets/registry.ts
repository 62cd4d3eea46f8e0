import { WiresiftError } from '../base/index.ts';
import { schemaId } from '../table/index.ts';
import { ctu13 } from './ctu13/dataset.ts';
import type { Dataset, DatasetCard } from './dataset.ts';
import { kdd99, nslKdd } from './kdd99/dataset.ts';
import { tonIot } from './toniot/dataset.ts';
import { unreadDatasets } from './unread.ts';
import { zeekLabelled } from './zeek-log/labelled.ts';

/** The data sets that this version reads. One line each. */
export const datasets: readonly Dataset[] = [ctu13, kdd99, nslKdd, tonIot, zeekLabelled];

/** @throws WiresiftError `DATASET_NAME` (exit code 2) when nothing of that name can be read */
export function findDataset(name: string): Dataset {
  const found = datasets.find((dataset) => dataset.name === name);
  if (found) return found;
  const known = unreadDatasets.some((dataset) => dataset.name === name);
  throw nameError(name, known ? 'a data set without a reader in this version' : 'an unknown name');
}

/** What is known of a data set, readable or not. @throws WiresiftError `DATASET_NAME` (exit code 2) */
export function findDatasetCard(name: string): DatasetCard {
  const found = [...datasets, ...unreadDatasets].find((dataset) => dataset.name === name);
  if (found) return found;
  throw nameError(name, 'an unknown name');
}

function nameError(name: string, what: string): WiresiftError {
  return new WiresiftError({
    code: 'DATASET_NAME',
    where: 'data set',
    saw: `${JSON.stringify(name)}, ${what}`,
    expected: `one of ${datasets.map((dataset) => dataset.name).join(', ')}`,
    todo: 'List the data sets with: wiresift datasets',
    exitCode: 2,
  });
}

/** A file in {@link DatasetListing}: plain data, unknown facts null. */
export interface FileListing {
  readonly name: string;
  readonly what: string;
  readonly url: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** The checksum in words, with the gap said aloud. */
  readonly checksum: string;
  /** The command that fetches it from its publisher, or null when no address is recorded. */
  readonly command: string | null;
}

/** A data set as `wiresift datasets` prints it: plain data that goes through JSON unchanged. */
export interface DatasetListing {
  readonly name: string;
  readonly title: string;
  readonly publisher: string;
  readonly source: string | null;
  readonly licence: string;
  readonly citation: string;
  /** `argus@1`, or null when this version cannot read it. */
  readonly schema: string | null;
  /** `yields argus@1`, or `none in this version`. */
  readonly reader: string;
  readonly files: readonly FileListing[];
  readonly labels: readonly { group: string; labels: string; class: string | null }[];
  readonly errata: readonly string[];
}

/** The command that fetches one file. */
export function fetchCommand(dataset: string, file: string): string {
  return `wiresift datasets fetch ${dataset} ${file}`;
}

/** All known data sets, those that can be read first. */
export function listDatasets(): DatasetListing[] {
  return [
    ...datasets.map((dataset) => listing(dataset, schemaId(dataset.schema))),
    ...unreadDatasets.map((dataset) => listing(dataset, null)),
  ];
}

function listing(card: DatasetCard, schema: string | null): DatasetListing {
  return {
    name: card.name,
    title: card.title,
    publisher: card.publisher,
    source: card.source ?? null,
    licence: card.licence,
    citation: card.citation,
    schema,
    reader: schema === null ? 'none in this version' : `yields ${schema}`,
    files: card.files.map((file) => ({
      name: file.name,
      what: file.what,
      url: file.url ?? null,
      bytes: file.bytes ?? null,
      sha256: file.sha256 ?? null,
      checksum: file.sha256 ? `sha256 ${file.sha256}` : 'not known: fetched without a check',
      command: file.url === undefined ? null : fetchCommand(card.name, file.name),
    })),
    labels: card.labels.map((rule) => ({ ...rule })),
    errata: [...card.errata],
  };
}
