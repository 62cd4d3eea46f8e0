import { type Static, Type } from 'typebox';
import { COMPARISONS } from '../../store/index.ts';
import { AlertRow, EvidenceRow, Label, SeverityName } from './alerts.ts';
import {
  closed,
  EditedFields,
  Id,
  Micros,
  Name,
  orNull,
  pageOf,
  Text,
  Version,
  words,
} from './terms.ts';

/** A host in a list. */
export const HostRow = Type.Object({
  ...EditedFields,
  first: Micros,
  last: Micros,
  flows: Type.Number(),
  bytes: Type.Number(),
  alerts: Type.Number(),
  openAlerts: Type.Number(),
  worst: orNull(SeverityName),
  name: Type.String(),
  note: Type.String(),
});
/** See {@link HostRow}. */
export type HostRow = Static<typeof HostRow>;

/** Hosts. */
export const HostPage = pageOf(HostRow);
/** See {@link HostPage}. */
export type HostPage = Static<typeof HostPage>;

/** A host with its history. */
export const HostDetail = Type.Object({
  host: HostRow,
  /** What each file showed of it, the oldest traffic first. */
  traffic: Type.Array(
    Type.Object({
      origin: Id,
      originName: Type.String(),
      first: Micros,
      last: Micros,
      flows: Type.Number(),
      bytes: Type.Number(),
    }),
  ),
  alerts: Type.Array(AlertRow),
  evidence: Type.Array(EvidenceRow),
  labels: Type.Array(Label),
  /** Country of the network that announces it, `private` or `unknown`. */
  country: Type.String(),
});
/** See {@link HostDetail}. */
export type HostDetail = Static<typeof HostDetail>;

/** Name and note of a host. */
export const HostPatch = Type.Object(
  {
    version: Version,
    name: Type.Optional(Type.String({ maxLength: 200 })),
    note: Type.Optional(Text),
  },
  closed,
);
/** See {@link HostPatch}. */
export type HostPatch = Static<typeof HostPatch>;

const Operand = Type.Union([
  Type.String({ maxLength: 1000 }),
  Type.Number(),
  Type.Boolean(),
  Type.Array(Type.Union([Type.String({ maxLength: 1000 }), Type.Number()]), { maxItems: 500 }),
]);

/** A condition of a flow filter. */
export const FlowCondition = Type.Object(
  {
    field: Type.String({ maxLength: 100 }),
    is: words(COMPARISONS),
    value: Type.Optional(Operand),
  },
  closed,
);
/** See {@link FlowCondition}. */
export type FlowCondition = Static<typeof FlowCondition>;

const FlowFilterFields = {
  view: Type.String({ maxLength: 40 }),
  where: Type.Optional(Type.Array(FlowCondition, { maxItems: 50 })),
  host: Type.Optional(Type.String({ maxLength: 100 })),
  from: Type.Optional(Micros),
  to: Type.Optional(Micros),
  origin: Type.Optional(Id),
};

/** Which flows. */
export const FlowFilter = Type.Object(FlowFilterFields, closed);
/** See {@link FlowFilter}. */
export type FlowFilter = Static<typeof FlowFilter>;

/** A page of flows that is asked for. */
export const FlowQuery = Type.Object(
  {
    ...FlowFilterFields,
    columns: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 200 })),
    sort: Type.Optional(
      Type.Object(
        { by: Type.String({ maxLength: 100 }), descending: Type.Optional(Type.Boolean()) },
        closed,
      ),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    after: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  closed,
);
/** See {@link FlowQuery}. */
export type FlowQuery = Static<typeof FlowQuery>;

const Cell = Type.Union([Type.String(), Type.Number(), Type.Null()]);

/** Flows; times are microseconds. */
export const FlowPage = Type.Object({
  columns: Type.Array(Type.String()),
  rows: Type.Array(
    Type.Object({ ref: Type.String(), origin: Type.String(), cells: Type.Array(Cell) }),
  ),
  next: Type.Union([Type.String(), Type.Null()]),
  /** Parts that another version of the program wrote and that are not read. */
  unread: Type.Number(),
});
/** See {@link FlowPage}. */
export type FlowPage = Static<typeof FlowPage>;

/** How many flows a filter finds. */
export const FlowCount = Type.Object({ count: Type.Number() });
/** See {@link FlowCount}. */
export type FlowCount = Static<typeof FlowCount>;

/** The distribution of a column that is asked for. */
export const HistogramQuery = Type.Object(
  {
    filter: FlowFilter,
    column: Type.String({ maxLength: 100 }),
    bars: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  closed,
);
/** See {@link HistogramQuery}. */
export type HistogramQuery = Static<typeof HistogramQuery>;

/** Counts of a column's values: words, or bars of numbers. */
export const Histogram = Type.Object({
  column: Type.String(),
  rows: Type.Number(),
  empty: Type.Number(),
  words: Type.Optional(Type.Array(Type.Object({ value: Type.String(), count: Type.Number() }))),
  bars: Type.Optional(
    Type.Array(Type.Object({ from: Type.Number(), to: Type.Number(), count: Type.Number() })),
  ),
});
/** See {@link Histogram}. */
export type Histogram = Static<typeof Histogram>;

/** Values of a column that begin so, for completing what is typed. */
export const DistinctQuery = Type.Object(
  {
    filter: FlowFilter,
    column: Type.String({ maxLength: 100 }),
    prefix: Type.Optional(Type.String({ maxLength: 200 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  closed,
);
/** See {@link DistinctQuery}. */
export type DistinctQuery = Static<typeof DistinctQuery>;

/** Values with their counts, the most frequent first. */
export const Distinct = Type.Object({
  values: Type.Array(Type.Object({ value: Cell, count: Type.Number() })),
});
/** See {@link Distinct}. */
export type Distinct = Static<typeof Distinct>;

/** Flow views with their columns, as the column chooser and the filter builder need them. */
export const FlowViews = Type.Object({
  views: Type.Array(
    Type.Object({
      name: Type.String(),
      time: Type.Union([Type.String(), Type.Null()]),
      hosts: Type.Array(Type.String()),
      columns: Type.Array(
        Type.Object({
          name: Type.String(),
          type: Type.String(),
          unit: Type.Optional(Type.String()),
          meaning: Type.String(),
        }),
      ),
    }),
  ),
});
/** See {@link FlowViews}. */
export type FlowViews = Static<typeof FlowViews>;

/** `?query=` with a {@link FlowQuery} as JSON: addresses of downloads. */
export const FlowDownload = Type.Object({ query: Type.String({ maxLength: 20_000 }) }, closed);
/** See {@link FlowDownload}. */
export type FlowDownload = Static<typeof FlowDownload>;

/** Flows of an alert that are asked for. */
export const AlertFlowsQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 2000 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    sort: Type.Optional(Type.String({ maxLength: 100 })),
    order: Type.Optional(words(['up', 'down'])),
  },
  closed,
);
/** See {@link AlertFlowsQuery}. */
export type AlertFlowsQuery = Static<typeof AlertFlowsQuery>;

/** A question to the flows that somebody keeps. */
export const Hunt = Type.Object({
  ...EditedFields,
  name: Name,
  view: Type.String(),
  query: FlowQuery,
  by: Id,
  byName: Type.String(),
  shared: Type.Boolean(),
});
/** See {@link Hunt}. */
export type Hunt = Static<typeof Hunt>;

/** Own hunts and those that others share. */
export const HuntPage = pageOf(Hunt);
/** See {@link HuntPage}. */
export type HuntPage = Static<typeof HuntPage>;

/** A new hunt. */
export const HuntDraft = Type.Object(
  { name: Name, query: FlowQuery, shared: Type.Boolean() },
  closed,
);
/** See {@link HuntDraft}. */
export type HuntDraft = Static<typeof HuntDraft>;

/** A change of one's own hunt. */
export const HuntPatch = Type.Object(
  {
    version: Version,
    name: Type.Optional(Name),
    query: Type.Optional(FlowQuery),
    shared: Type.Optional(Type.Boolean()),
  },
  closed,
);
/** See {@link HuntPatch}. */
export type HuntPatch = Static<typeof HuntPatch>;
