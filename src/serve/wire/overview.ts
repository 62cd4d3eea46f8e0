import { type Static, Type } from 'typebox';
import { SeverityName } from './alerts.ts';
import { JobRow } from './files.ts';
import { Count, closed, Micros, MicrosOrNull, Version } from './terms.ts';
import { HostRow } from './traffic.ts';

/** Which stretch of the traffic's time; default all. */
export const OverviewQuery = Type.Object(
  {
    from: Type.Optional(Micros),
    to: Type.Optional(Micros),
    bars: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'Default 60' })),
    by: Type.Optional(
      Type.Union([Type.Literal('kind'), Type.Literal('severity'), Type.Literal('state')]),
    ),
  },
  closed,
);
/** See {@link OverviewQuery}. */
export type OverviewQuery = Static<typeof OverviewQuery>;

const CountryCounts = Type.Array(
  Type.Object({
    /** ISO 3166-1 alpha-2, `private` or `unknown`. */
    country: Type.String(),
    flows: Type.Number(),
    /** Flows of addresses that open alerts name. */
    attack: Type.Number(),
  }),
);

/** The first page. */
export const Overview = Type.Object({
  /** Time of the traffic shown; null when there is none. */
  from: MicrosOrNull,
  to: MicrosOrNull,
  alerts: Type.Object({
    open: Type.Number(),
    total: Type.Number(),
    suppressed: Type.Number(),
    severity: Type.Array(Type.Object({ value: SeverityName, open: Type.Number() })),
    kind: Type.Array(Count),
    width: Type.Number(),
    bars: Type.Array(Type.Object({ from: Micros, value: Type.String(), count: Type.Number() })),
  }),
  hosts: Type.Array(HostRow),
  traffic: Type.Object({
    flows: Type.Number(),
    bars: Type.Array(Type.Object({ from: Micros, to: Micros, count: Type.Number() })),
  }),
  countries: Type.Object({ source: CountryCounts, destination: CountryCounts }),
  models: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      active: Type.Boolean(),
      threshold: Type.Number(),
      alerts: Type.Number(),
    }),
  ),
  processing: Type.Array(JobRow),
  files: Type.Object({ analysed: Type.Number(), waiting: Type.Number(), failed: Type.Number() }),
  /** Sums over the files: what was read and what bounds left out. */
  coverage: Type.Object({
    packets: Type.Number(),
    flows: Type.Number(),
    undecodable: Type.Number(),
    lost: Type.Array(Count),
  }),
});
/** See {@link Overview}. */
export type Overview = Static<typeof Overview>;

/** A setting with its meaning. */
export const Setting = Type.Object({
  name: Type.String(),
  value: Type.Unknown(),
  preset: Type.Unknown(),
  /** 0 when it was never changed. */
  version: Type.Integer({ minimum: 0 }),
  meaning: Type.String(),
  /** `number`, `text`, `texts`, `choice` or `thresholds`: how a page edits it. */
  type: Type.String(),
  unit: Type.Optional(Type.String()),
  minimum: Type.Optional(Type.Number()),
  maximum: Type.Optional(Type.Number()),
  choices: Type.Optional(Type.Array(Type.String())),
});
/** See {@link Setting}. */
export type Setting = Static<typeof Setting>;

/** All settings. */
export const SettingList = Type.Object({ settings: Type.Array(Setting) });
/** See {@link SettingList}. */
export type SettingList = Static<typeof SettingList>;

/** A new value; `version` is that of the setting as it was seen. */
export const SettingChange = Type.Object(
  {
    name: Type.String({ maxLength: 100 }),
    version: Type.Union([Version, Type.Literal(0)]),
    value: Type.Unknown(),
  },
  closed,
);
/** See {@link SettingChange}. */
export type SettingChange = Static<typeof SettingChange>;
