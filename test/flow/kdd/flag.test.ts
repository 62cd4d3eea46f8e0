import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FlagTable,
  flagErrors,
  KDD_FLAGS,
  REJECT_ERROR,
  SYN_ERROR,
} from '../../../src/flow/kdd/flag.ts';
import { KDD_MODES, type KddMode } from '../../../src/flow/kdd/mode.ts';
import { CONN_STATES } from '../../../src/flow/zeek/tcp-state.ts';

const flags = (mode: KddMode, protocol: number): Record<string, string> => {
  const table = new FlagTable(mode);
  const pairs = CONN_STATES.map((state, i) => [state, KDD_FLAGS[table.flag(protocol, i)]!]);
  return Object.fromEntries(pairs);
};

test('data has eleven flags: what it cannot say is OTH', () => {
  const tcp = flags('data', 6);
  assert.equal(tcp['RSTRH'], 'OTH');
  assert.equal(tcp['SHR'], 'OTH');
  for (const flag of KDD_FLAGS.slice(0, 11)) assert.equal(tcp[flag], flag);
  assert.equal(new Set(Object.values(tcp)).size, 11);
});

test('outside TCP all is SF, but gure keeps the word', () => {
  for (const protocol of [1, 17]) {
    assert.deepEqual(new Set(Object.values(flags('data', protocol))), new Set(['SF']));
    assert.equal(flags('gure', protocol)['S0'], 'S0');
  }
});

test('ai-ids never gives S0, REJ, RSTOS0 or SH', () => {
  const given = new Set(Object.values(flags('ai-ids', 6)));
  for (const flag of ['S0', 'REJ', 'RSTOS0', 'SH']) assert.equal(given.has(flag), false);
  assert.equal(flags('ai-ids', 6)['REJ'], 'RSTR');
});

test('errors: the data set counts half-closed attempts and every reset, the programs do not', () => {
  const words = (mode: KddMode, bit: number): string => {
    const errors = flagErrors(mode);
    return KDD_FLAGS.filter((_, i) => errors[i]! & bit)
      .slice()
      .sort()
      .join(' ');
  };
  assert.equal(words('data', SYN_ERROR), 'S0 S1 S2 S3 SH');
  assert.equal(words('data', REJECT_ERROR), 'REJ RSTO RSTOS0 RSTR');
  for (const mode of KDD_MODES.slice(1)) {
    assert.equal(words(mode, SYN_ERROR), 'S0 S1 S2 S3');
    assert.equal(words(mode, REJECT_ERROR), 'REJ');
  }
});
