import { basename } from 'node:path';
import type { DatasetFile } from '../dataset.ts';

const PUBLISHER = 'https://mcfp.felk.cvut.cz/publicDatasets';

/** Scenario by scenario: the date in the file's name, and the malware that ran. */
const SCENARIOS: readonly (readonly [date: string, malware: string])[] = [
  ['20110810', 'Neris'],
  ['20110811', 'Neris'],
  ['20110812', 'Rbot'],
  ['20110815', 'Rbot'],
  ['20110815-2', 'Virut'],
  ['20110816', 'Menti'],
  ['20110816-2', 'Sogou'],
  ['20110816-3', 'Murlo'],
  ['20110817', 'Neris'],
  ['20110818', 'Rbot'],
  ['20110818-2', 'Rbot'],
  ['20110819', 'NSIS.ay'],
  ['20110815-3', 'Virut'],
];

/** What has been measured on a file as published (plain text, not compressed), by scenario. */
const CHECKED = new Map([
  [
    6,
    {
      bytes: 76_780_048,
      sha256: '801800eeda9a5a44868b1e3e492f93dc6d52b5d14566c1d8431c9e85d0d2adaa',
    },
  ],
]);

/** The thirteen bidirectional flow files, scenario 1 first. Scenario n is capture Botnet-(41 + n). */
export const CTU13_FILES: readonly DatasetFile[] = SCENARIOS.map(([date, malware], i) => {
  const name = `capture${date}.binetflow`;
  const folder = `CTU-Malware-Capture-Botnet-${42 + i}/detailed-bidirectional-flow-labels`;
  return {
    name,
    url: `${PUBLISHER}/${folder}/${name}`,
    what: `scenario ${i + 1}, ${malware}`,
    ...CHECKED.get(i + 1),
  };
});

/** `scenario-6` for a path whose file has one of the publisher's names (`.gz` aside), else the name without endings. */
export function partName(path: string): string {
  const name = basename(path).replace(/\.gz$/i, '');
  const scenario = CTU13_FILES.findIndex((file) => file.name === name);
  return scenario < 0
    ? name.replace(/\.(binetflow|csv|txt|labeled)$/i, '')
    : `scenario-${scenario + 1}`;
}
