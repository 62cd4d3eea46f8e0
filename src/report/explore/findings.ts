import { percentText } from '../../evaluate/index.ts';
import type { Exploration, Finding } from './exploration.ts';

/** A column that alone reaches this share of the way from chance to certainty gives the answer away. */
const TELLING = 0.9;
/** An identity that reaches this share tells who, not what. */
const IDENTITY = 0.5;
/** The largest class has this share or more. */
const LOPSIDED = 0.9;
const MOSTLY = 0.5;

const count = (rows: number): string => rows.toLocaleString('en').replaceAll(',', '\u202f');

/** The most columns that one sentence names. */
const NAMED = 8;

/** Names with commas, and how many more there are. */
export const listed = (names: readonly string[]): string =>
  names.length > NAMED
    ? `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`
    : names.join(', ');

/** What a reader must know before any figure, worst first. */
export function findingsOf(found: Omit<Exploration, 'findings' | 'version'>): Finding[] {
  const { data, columns, duplicates, leaks, majority } = found;
  const findings: Finding[] = [];
  const add = (kind: Finding['kind'], text: string): void => {
    findings.push({ kind, text });
  };
  if (leaks) {
    const certainty = (score: number): number => (score - leaks.chance) / (1 - leaks.chance);
    for (const { name, role, balancedAccuracy } of leaks.columns) {
      const bar = role === 'feature' ? TELLING : IDENTITY;
      if (certainty(balancedAccuracy) < bar) continue;
      const what = role === 'feature' ? 'This column' : `This ${role} column`;
      const why =
        role === 'feature'
          ? 'ask whether the label is copied in it, or the data set is too easy'
          : 'it tells who, not what';
      const figure = balancedAccuracy.toFixed(3);
      add('identity-leak', `${name}: ${what} alone reaches balanced accuracy ${figure}; ${why}.`);
    }
  }
  if (duplicates.rows > 0) {
    const text = `${count(duplicates.rows)} rows (${percentText(duplicates.rows, data.rows)}) repeat an earlier row in every feature: a random split puts copies on both sides.`;
    add('duplicates', text);
  }
  if (duplicates.conflicting > 0) {
    const text = `${count(duplicates.conflicting)} rows (${percentText(duplicates.conflicting, data.rows)}) stand in the data under another label with the same features: no model can get all of them right.`;
    add('conflicts', text);
  }
  if (majority && majority.share >= LOPSIDED) {
    const text = `Always saying ${majority.class} is right for ${percentText(majority.share, 1)} of the labelled rows: accuracy means nothing here.`;
    add('imbalance', text);
  }
  const constant = columns.filter(({ distinct }) => distinct <= 1).map(({ name }) => name);
  if (constant.length > 0) add('constant', `Constant or empty: ${listed(constant)}.`);
  const empty = columns
    .filter(({ empty, distinct }) => distinct > 1 && empty > MOSTLY * data.rows)
    .map(({ name }) => name);
  if (empty.length > 0) add('empty', `More than half empty: ${listed(empty)}.`);
  const dashes = columns.filter((column) => column.type === 'text' && column.dashes > 0);
  if (dashes.length > 0) {
    add('dashes', `The word "-" stands for empty in: ${listed(dashes.map(({ name }) => name))}.`);
  }
  const notLive = columns.filter(({ live, role }) => !live && role === 'feature');
  if (notLive.length > 0) {
    const names = listed(notLive.map(({ name }) => name));
    add(
      'not-live',
      `Not to be had from packets, and refused as features of a live model: ${names}.`,
    );
  }
  return findings;
}
