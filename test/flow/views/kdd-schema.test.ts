import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kddSchema } from '../../../src/flow/index.ts';

/** The names as `kddcup.names` of the UCI KDD Archive lists them. */
const NAMES =
  'duration protocol_type service flag src_bytes dst_bytes land wrong_fragment urgent hot ' +
  'num_failed_logins logged_in num_compromised root_shell su_attempted num_root ' +
  'num_file_creations num_shells num_access_files num_outbound_cmds is_host_login ' +
  'is_guest_login count srv_count serror_rate srv_serror_rate rerror_rate srv_rerror_rate ' +
  'same_srv_rate diff_srv_rate srv_diff_host_rate dst_host_count dst_host_srv_count ' +
  'dst_host_same_srv_rate dst_host_diff_srv_rate dst_host_same_src_port_rate ' +
  'dst_host_srv_diff_host_rate dst_host_serror_rate dst_host_srv_serror_rate ' +
  'dst_host_rerror_rate dst_host_srv_rerror_rate';

test('the 41 columns stand in the published order, all of them features', () => {
  const { columns } = kddSchema;
  assert.equal(columns.map(({ name }) => name).join(' '), NAMES);
  assert.equal(columns.length, 41);
  assert.ok(columns.every(({ role, meaning }) => role === 'feature' && meaning.length > 10));
});

test('three columns hold words, and one cannot be computed from packets', () => {
  const { columns } = kddSchema;
  const named = (keep: (column: (typeof columns)[number]) => boolean): string[] =>
    columns.filter(keep).map(({ name }) => name);
  assert.deepEqual(
    named(({ type }) => type === 'text'),
    ['protocol_type', 'service', 'flag'],
  );
  assert.deepEqual(
    named(({ live }) => !live),
    ['num_outbound_cmds'],
  );
});
