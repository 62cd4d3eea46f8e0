import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, hex, ipv4, join, MARGIN, odd, tcp } from '../build.ts';

test('LLC frames go on, tokens and management do not', () => {
  const rest = join('020000000002 020000000001 aaaa03 000000 0800', ipv4(6, tcp()));
  const packet = decode(join('54', rest), 10);
  assert.deepEqual([packet.ipCount, packet.sourceMacOffset], [1, MARGIN + 7]);
  const management = decode(join('41', rest), 10);
  assert.deepEqual([management.network, management.ipCount, odd(management)], ['none', 0, []]);
  assert.deepEqual(odd(decode(hex('5002'), 10)), ['link_malformed']);
});
