import { SEVERITIES, Site, THRESHOLDS } from '../detect/index.ts';
import type { RetentionPolicy, Store } from '../store/index.ts';
import type { DetectionChoice } from './ingest/analysis.ts';
import { badInput } from './refusals.ts';

/** A setting as it is declared: once, for pages, checks and use. */
export interface SettingSpec {
  readonly name: string;
  readonly type: 'number' | 'choice' | 'networks' | 'thresholds';
  readonly preset: unknown;
  readonly meaning: string;
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
}

const LONGEST_DAYS = 36_500;

const days = (name: string, preset: number, what: string): SettingSpec => ({
  name,
  type: 'number',
  preset,
  unit: 'days',
  minimum: 0,
  maximum: LONGEST_DAYS,
  meaning: `${what}; 0 keeps for ever`,
});

/** All settings. */
export const SETTINGS: readonly SettingSpec[] = [
  {
    name: 'detection.minimumSeverity',
    type: 'choice',
    choices: SEVERITIES,
    preset: 'medium',
    meaning: 'Alerts below this severity are counted, not raised',
  },
  {
    name: 'detection.internal',
    type: 'networks',
    preset: [],
    meaning: 'Networks that are inside, in CIDR notation; none named: the private ones',
  },
  {
    name: 'detection.thresholds',
    type: 'thresholds',
    preset: {},
    meaning: 'Thresholds of the detectors that differ from their presets, by name',
  },
  days('retention.flowDays', 0, 'Flows written longer ago go, unless an alert needs them'),
  {
    name: 'retention.flowGigabytes',
    type: 'number',
    preset: 0,
    unit: 'GB',
    minimum: 0,
    maximum: 1e6,
    meaning: 'Of flows in excess, the first written go, unless an alert needs them; 0: no bound',
  },
  days('retention.alertDays', 0, 'Alerts resolved longer ago go'),
  days('retention.uploadDays', 0, 'Captures analysed longer ago go; what was found stays'),
  days('retention.jobDays', 90, 'Jobs that ended longer ago go'),
  days('retention.auditDays', 0, 'Lines of the audit log that are older go'),
];

const byName: ReadonlyMap<string, SettingSpec> = new Map(SETTINGS.map((spec) => [spec.name, spec]));
/** Networks and thresholds of one setting. */
const MOST_ENTRIES = 200;

/** The setting of a name. @throws WiresiftError `SERVE_INPUT` */
export function settingOf(name: string): SettingSpec {
  const spec = byName.get(name);
  if (spec) return spec;
  throw badInput('name', JSON.stringify(name), [...byName.keys()].join(', '));
}

/** A value as the setting takes it. @throws WiresiftError `SERVE_INPUT`, `DETECT_NETWORK` */
export function checkSetting(spec: SettingSpec, value: unknown): unknown {
  const refuse = (expected: string): never => {
    throw badInput(spec.name, JSON.stringify(value ?? null).slice(0, 100), expected);
  };
  const { minimum = 0, maximum = 0, choices = [] } = spec;
  switch (spec.type) {
    case 'number':
      if (typeof value === 'number' && value >= minimum && value <= maximum) return value;
      return refuse(`a number from ${minimum} to ${maximum}`);
    case 'choice':
      return choices.includes(String(value)) ? value : refuse(choices.join(', '));
    case 'networks':
      return Array.isArray(value) && value.length <= MOST_ENTRIES && isTexts(value)
        ? networks(value)
        : refuse(`a list of at most ${MOST_ENTRIES} networks`);
    case 'thresholds':
      return thresholds(value) ?? refuse('numbers by names of docs/detect.md');
  }
}

const isTexts = (list: readonly unknown[]): list is string[] =>
  list.every((one) => typeof one === 'string' && one.length <= 100);

function networks(list: readonly string[]): readonly string[] {
  if (list.length > 0) new Site(list);
  return list;
}

function thresholds(value: unknown): Record<string, number> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const known = (name: string): boolean => Object.hasOwn(THRESHOLDS, name);
  const fine = entries.every(
    ([name, number]) =>
      known(name) && typeof number === 'number' && Number.isFinite(number) && number > 0,
  );
  return fine && entries.length <= MOST_ENTRIES ? Object.fromEntries(entries) : undefined;
}

/** All settings as they stand, with their versions; 0: never changed. */
export async function readSettings(
  store: Store,
): Promise<Map<string, { readonly value: unknown; readonly version: number }>> {
  const { rows } = await store.settings.page({ limit: 1000 });
  const kept = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    SETTINGS.map(({ name, preset }) => {
      const row = kept.get(name);
      return [
        name,
        row ? { value: row.value, version: row.version } : { value: preset, version: 0 },
      ];
    }),
  );
}

/** How detection is to work. */
export async function detectionChoice(store: Store): Promise<DetectionChoice> {
  const settings = await readSettings(store);
  const value = (name: string): unknown => settings.get(`detection.${name}`)!.value;
  return {
    minimumSeverity: value('minimumSeverity') as DetectionChoice['minimumSeverity'],
    internal: value('internal') as readonly string[],
    thresholds: value('thresholds') as Readonly<Record<string, number>>,
  };
}

/** What may go, as the settings say. */
export async function retentionPolicy(store: Store): Promise<RetentionPolicy> {
  const settings = await readSettings(store);
  const number = (name: string): number => Number(settings.get(`retention.${name}`)!.value);
  const age = (name: string): number | undefined =>
    number(name) > 0 ? number(name) * 86_400e6 : undefined;
  const entries = {
    flowAge: age('flowDays'),
    flowBytes: number('flowGigabytes') > 0 ? number('flowGigabytes') * 1e9 : undefined,
    alertAge: age('alertDays'),
    uploadAge: age('uploadDays'),
    jobAge: age('jobDays'),
    auditAge: age('auditDays'),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
