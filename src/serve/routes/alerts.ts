import type { AlertRecord, Condition, PageQuery } from '../../store/index.ts';
import { flowsMissing, packetsMissing } from '../alert-limits.ts';
import { alertFacts, alertSentence, replayCommand } from '../alert-text.ts';
import { answerPage, pageQuery, readFilter } from '../list-query.ts';
import { namesOf } from '../people.ts';
import { notThere } from '../refusals.ts';
import { type App, actorOf, type Serving } from '../serving.ts';
import {
  AlertCounts,
  AlertDetail,
  AlertGroups,
  AlertGroupsQuery,
  AlertHistory,
  AlertPage,
  IdParams,
  JudgeAlerts,
  Judged,
  JudgedMatching,
  JudgeMatching,
  ListQuery,
  UndoAction,
} from '../wire.ts';

type AlertCondition = Condition<keyof AlertRecord & string>;

const SHOWN: AlertCondition = { field: 'suppressedBy', is: 'empty' };
const COUNTED = ['kind', 'severity', 'state', 'verdict', 'model', 'host', 'assignee'] as const;
/** Values shown of each sort beside the list. */
const COUNTS = 20;
/** Other evidence shown beside an alert. */
const OTHER_EVIDENCE = 50;
/** Groups shown at most. */
const GROUPS = 1000;
/** Ids told of one action in the event stream. */
const TOLD_IDS = 100;

/** Suppressed alerts are left out, unless the filter speaks of them. */
function unlessAsked(filter: readonly string[] = []): AlertCondition[] {
  return filter.some((one) => readFilter(one).field === 'suppressedBy') ? [] : [SHOWN];
}

/** What a list of alerts is asked: the same wherever alerts are listed, summed or judged together. */
const questionOf = (query: ListQuery): PageQuery<keyof AlertRecord & string> =>
  pageQuery(query, unlessAsked(query.filter));

/** Alerts: lists, one with all of it, judging and taking back. */
export function alertRoutes(app: App, { store, events }: Serving): void {
  app.get(
    '/api/alerts',
    { schema: { querystring: ListQuery, response: { 200: AlertPage } } },
    async ({ query }) => answerPage(store.alerts, query, (row) => row, unlessAsked(query.filter)),
  );

  app.get(
    '/api/alerts/counts',
    { schema: { querystring: ListQuery, response: { 200: AlertCounts } } },
    async ({ query }) => {
      const asked = questionOf(query);
      const where = asked.where ?? [];
      const counts = await Promise.all(
        COUNTED.map((field) =>
          store.alerts.countBy(
            field,
            where.filter((condition) => condition.field !== field),
            COUNTS,
          ),
        ),
      );
      const total = await store.alerts.count(where, asked.search);
      const [kind, severity, state, verdict, model, host, assignee] = counts;
      return {
        total,
        kind: kind!,
        severity: severity!,
        state: state!,
        verdict: verdict!,
        model: model!,
        host: host!,
        assignee: assignee!,
      };
    },
  );

  app.get(
    '/api/alerts/groups',
    { schema: { querystring: AlertGroupsQuery, response: { 200: AlertGroups } } },
    async ({ query: { by, ...asked } }) => {
      const { where, search } = questionOf(asked);
      return { groups: await store.alerts.groups({ by, where, search, limit: GROUPS }) };
    },
  );

  app.get(
    '/api/alerts/:id',
    { schema: { params: IdParams, response: { 200: AlertDetail } } },
    async ({ params }) => {
      const detail = await store.alerts.detail(params.id);
      if (!detail) throw notThere(`alert ${params.id}`);
      const { alert, ...row } = detail;
      const file = row.origin === null ? undefined : await store.files.get(row.origin);
      const evidence = await store.evidence.page({
        where: [
          { field: 'host', is: 'equal', value: row.host },
          { field: 'id', is: 'not equal', value: row.id },
        ],
        limit: OTHER_EVIDENCE,
      });
      const labels = await store.labels.page({
        where: [
          { field: 'subject', is: 'equal', value: 'alert' },
          { field: 'subjectId', is: 'equal', value: row.id },
        ],
      });
      return {
        row,
        alert: alertFacts(alert),
        sentence: alertSentence(row, alert),
        replay: replayCommand(row, alert, file?.name),
        file: file
          ? { id: file.id, name: file.name, state: file.state, kept: file.state !== 'deleted' }
          : null,
        missing: { packets: packetsMissing(row, file), flows: flowsMissing(row) },
        evidence: [...evidence.rows],
        labels: [...labels.rows],
      };
    },
  );

  app.get(
    '/api/alerts/:id/history',
    { schema: { params: IdParams, response: { 200: AlertHistory } } },
    async ({ params }) => {
      if (!(await store.alerts.get(params.id))) throw notThere(`alert ${params.id}`);
      const changes = await store.alerts.history(params.id);
      const names = await namesOf(
        store,
        changes.map(({ by }) => by),
      );
      return { changes: changes.map((change) => ({ ...change, byName: names.get(change.by)! })) };
    },
  );

  const tell = (alerts: readonly AlertRecord[]): void => {
    const ids = alerts.slice(0, TOLD_IDS).map(({ id }) => id);
    events.publish('alert', { ids, change: 'judged', count: alerts.length });
  };

  app.post(
    '/api/alerts/judge',
    { schema: { body: JudgeAlerts, response: { 200: Judged } } },
    async (request) => {
      const { targets, judgement } = request.body;
      const judged = await store.alerts.judge(targets, judgement, actorOf(request));
      tell(judged.alerts);
      return judged;
    },
  );

  app.post(
    '/api/alerts/judge-matching',
    { schema: { body: JudgeMatching, response: { 200: JudgedMatching } } },
    async (request) => {
      const { count, judgement, ...asked } = request.body;
      const { where = [], search } = questionOf(asked);
      const { action, alerts } = await store.alerts.judgeMatching(
        { where, search, count },
        judgement,
        actorOf(request),
      );
      tell(alerts);
      return { action, count: alerts.length };
    },
  );

  app.post(
    '/api/alerts/undo',
    { schema: { body: UndoAction, response: { 200: Judged } } },
    async (request) => {
      const undone = await store.alerts.undo(request.body.action, actorOf(request));
      tell(undone.alerts);
      return undone;
    },
  );
}
