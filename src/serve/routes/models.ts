import { resolveThresholds } from '../../detect/index.ts';
import type { ModelRecord } from '../../store/index.ts';
import { calibrationOf, curvesOf, prevalencesOf } from '../model-curves.ts';
import { LEAST_FLOWS, rateBound, shareReached, trafficOf } from '../model-traffic.ts';
import { allModels, changedRate, modelRow } from '../models.ts';
import { notThere, wrongState } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import { detectionChoice } from '../settings.ts';
import {
  IdParams,
  ModelDetail,
  ModelList,
  ModelPatch,
  ModelRow,
  ThresholdChange,
} from '../wire.ts';

/** Models: what they are, what they see, where their threshold stands. */
export function modelRoutes(app: App, serving: Serving): void {
  const { store, models } = serving;
  const found = async (id: string): Promise<ModelRecord> => {
    const row = await store.models.get(id);
    if (!row) throw notThere(`model ${id}`);
    return row;
  };
  const viewOf = ({ schema }: ModelRecord): string => schema.split('@')[0]!;
  const leads = async (row: ModelRecord): Promise<boolean> => {
    const first = (await allModels(store)).find(
      ({ schema, active }) => active && schema === row.schema,
    );
    return first?.id === row.id;
  };

  app.get('/api/models', { schema: { response: { 200: ModelList } } }, async () => ({
    models: (await allModels(store)).map((row) => modelRow(row, models.get(row.id))),
  }));

  app.get(
    '/api/models/:id',
    { schema: { params: IdParams, response: { 200: ModelDetail } } },
    async ({ params }) => {
      const row = await found(params.id);
      const model = models.get(row.id);
      const verdicts = await store.alerts.countBy('verdict', [
        { field: 'model', is: 'equal', value: row.name },
        { field: 'kind', is: 'equal', value: 'model' },
      ]);
      const { file } = model ?? {};
      return {
        model: modelRow(row, model),
        card: model?.card ?? '',
        file: file
          ? {
              metrics: file.metrics,
              facts: file.facts,
              threshold: file.threshold,
              parameters: file.model.parameters,
              features: file.model.features,
              dataset: file.dataset,
              program: file.program,
              seed: file.seed,
            }
          : {},
        part: file?.curves?.part ?? '',
        curves: file ? curvesOf(file) : [],
        calibration: file ? calibrationOf(file) : null,
        prevalences: file ? prevalencesOf(file) : [],
        traffic: await trafficOf(store.flows, {
          view: viewOf(row),
          leads: await leads(row),
          file,
          thresholds: [...new Set([row.threshold, file?.threshold.value ?? row.threshold])],
          limits: resolveThresholds((await detectionChoice(store)).thresholds),
        }),
        verdicts: verdicts.map(({ value, count }) => ({ verdict: String(value), count })),
      };
    },
  );

  app.patch(
    '/api/models/:id',
    { schema: { params: IdParams, body: ModelPatch, response: { 200: ModelRow } } },
    async (request) => {
      const { version, ...patch } = request.body;
      const row = await found(request.params.id);
      if (patch.active === true && !models.has(row.id)) {
        throw wrongState(`model ${row.name}`, 'no file', 'its file beside the program');
      }
      const changed = await store.models.change(row.id, version, patch, actorOf(request));
      return modelRow(changed, models.get(row.id));
    },
  );

  /** The bound of {@link rateBound} for a threshold that is to hold; null: the file's own. */
  const rateAt = async (row: ModelRecord, threshold: number): Promise<number | null> => {
    const file = models.get(row.id)?.file;
    if (!file || threshold >= file.threshold.value) return null;
    const scored = { field: 'score', is: 'not empty' } as const;
    const higher = { field: 'score', is: 'at least', value: threshold } as const;
    const count = async (where: typeof scored | typeof higher): Promise<number> =>
      (await leads(row)) ? store.flows.count({ view: viewOf(row), where: [where] }) : 0;
    const known = await count(scored);
    const rate = rateBound(file, threshold, shareReached(await count(higher), known));
    const wanted = 'a threshold that fewer harmless flows reach';
    if (rate === null) {
      const least = `${LEAST_FLOWS}, to know how often harmless ones reach it`;
      throw wrongState('threshold', `${known} scored flows`, least);
    }
    if (rate >= 1) throw wrongState('threshold', 'one that every flow may reach', wanted);
    return rate;
  };

  app.post(
    '/api/models/:id/threshold',
    { schema: { params: IdParams, body: ThresholdChange, response: { 200: ModelRow } } },
    async (request) => {
      const { version, threshold: wish } = request.body;
      const row = await found(request.params.id);
      const own = models.get(row.id)?.file.threshold.value ?? row.threshold;
      const threshold = wish ?? own;
      const upper = await rateAt(row, threshold);
      const card = { ...row.card, falsePositiveRateUpper: upper };
      const patch = { threshold, card };
      const changed = await store.models.change(row.id, version, patch, actorOf(request));
      return { ...modelRow(changed, models.get(row.id)), ...rateOf(changed) };
    },
  );

  const rateOf = (row: ModelRecord): { falsePositiveRateUpper?: number } => {
    const rate = changedRate(row);
    return rate === null ? {} : { falsePositiveRateUpper: rate };
  };
}
