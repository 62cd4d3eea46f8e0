import type { ModelRecord } from '../../store/index.ts';
import { curveOf, reliabilityOf, trafficOf } from '../model-curves.ts';
import { allModels, changedRate, modelRow } from '../models.ts';
import { notThere, wrongState } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import {
  IdParams,
  ModelDetail,
  ModelList,
  ModelPatch,
  ModelRow,
  ThresholdChange,
} from '../wire.ts';

/** Scored flows without which nothing is known of a lower threshold. */
const LEAST_FLOWS = 1000;

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
        curve: file ? curveOf(file) : [],
        reliability: file ? reliabilityOf(file) : [],
        traffic: await trafficOf(store.flows, viewOf(row), await leads(row)),
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

  /**
   * How often harmless flows may reach a threshold: above the file's own, the file's bound still holds;
   * below, the share of all kept flows that reach it stands in, as if none of them were hostile.
   */
  const rateAt = async (row: ModelRecord, threshold: number): Promise<number | null> => {
    const own = models.get(row.id)?.file.threshold.value ?? row.threshold;
    if (threshold >= own) return null;
    const view = viewOf(row);
    const known = (await leads(row)) && (await trafficOf(store.flows, view, true)).flows;
    if (!known || known < LEAST_FLOWS) {
      const saw = `${known || 0} scored flows`;
      throw wrongState(
        'threshold',
        saw,
        `${LEAST_FLOWS}, to know how often harmless ones reach it`,
      );
    }
    const reached = await store.flows.count({
      view,
      where: [{ field: 'score', is: 'at least', value: threshold }],
    });
    const bound = models.get(row.id)?.file.metrics['falsePositiveRateUpper'];
    return Math.max(typeof bound === 'number' ? bound : 0, reached / known);
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
