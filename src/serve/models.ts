import type { ModelFile } from '../models/index.ts';
import type { ModelRecord, Store } from '../store/index.ts';
import type { ModelChoice } from './ingest/analysis.ts';
import type { ModelRow } from './wire.ts';

/** A model file that the service is to use. */
export interface ServiceModel {
  readonly name: string;
  readonly path: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
  readonly file: ModelFile;
  /** Its card as Markdown; '' when there is none. */
  readonly card: string;
}

const SYSTEM = { by: 'system' };
/** Models of one service: more cannot be scored in any useful time. */
const MOST_MODELS = 100;

const roleOf = ({ facts }: ModelFile): ModelRecord['role'] =>
  facts['role'] === 'corroborates' ? 'corroborates' : 'raises';

/** Puts the files that are there on the list, and rests those that are not. */
export async function registerModels(store: Store, models: readonly ServiceModel[]): Promise<void> {
  const known = new Map((await allModels(store)).map((row) => [row.id, row]));
  for (const [place, { name, path, hash, file }] of models.entries()) {
    const row = known.get(hash);
    known.delete(hash);
    if (row) {
      if (row.path !== path || row.name !== name) await store.models.touch(hash, { path, name });
      continue;
    }
    await store.models.add(
      {
        id: hash,
        name,
        kind: file.model.kind,
        schema: file.schema,
        role: roleOf(file),
        threshold: file.threshold.value,
        active: true,
        place,
        path,
        card: {},
      },
      SYSTEM,
    );
  }
  for (const row of known.values()) {
    if (row.active) await store.models.change(row.id, row.version, { active: false }, SYSTEM);
  }
}

/** All models, in their order. */
export async function allModels(store: Store): Promise<readonly ModelRecord[]> {
  const { rows } = await store.models.page({
    sort: { by: 'place', descending: false },
    limit: MOST_MODELS,
  });
  return rows;
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

/** The upper bound of false positives at a threshold that was changed here, or null. */
export function changedRate({ card }: ModelRecord): number | null {
  const rate = card['falsePositiveRateUpper'];
  return typeof rate === 'number' ? rate : null;
}

/** What an analysis is to use. */
export async function modelChoices(
  store: Store,
  files: ReadonlyMap<string, ServiceModel>,
): Promise<ModelChoice[]> {
  const active = (await allModels(store)).filter(({ id, active }) => active && files.has(id));
  return active.map((row) => {
    const { file } = files.get(row.id)!;
    return {
      name: row.name,
      path: row.path,
      hash: row.id,
      threshold: row.threshold === file.threshold.value ? null : row.threshold,
      falsePositiveRateUpper: changedRate(row),
      role: row.role,
    };
  });
}

/** A model as it goes out. @param model its file, unless that is gone */
export function modelRow(row: ModelRecord, model: ServiceModel | undefined): ModelRow {
  const { id, version, changedAt, name, kind, schema, role, threshold, active, place } = row;
  const metrics = model?.file.metrics ?? {};
  const orZero = (value: number): number => (Number.isFinite(value) ? value : 0);
  return {
    ...{ id, version, changedAt, name, kind, schema, role, threshold, active, place },
    ownThreshold: model?.file.threshold.value ?? threshold,
    dataset: model?.file.dataset ?? '',
    classes: [...(model?.file.model.classes ?? [])],
    falsePositiveRate: orZero(numberOf(metrics['falsePositiveRate'])),
    falsePositiveRateUpper: changedRate(row) ?? orZero(numberOf(metrics['falsePositiveRateUpper'])),
  };
}
