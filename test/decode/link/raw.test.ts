import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, hex, ipv4, ipv6, join, odd, tcp } from '../build.ts';

const FOUR = ipv4(6, tcp());
const SIX = ipv6(6, tcp());

test('raw IP by its first nibble', () => {
  for (const linkType of [12, 14, 101]) {
    assert.equal(decode(FOUR, linkType).ip[0].version, 4);
    assert.equal(decode(SIX, linkType).ip[0].version, 6);
  }
  const packet = decode(FOUR, 101);
  assert.deepEqual([packet.sourceMacOffset, packet.etherType], [-1, 0x0800]);
  assert.deepEqual(odd(decode(hex('5500'), 101)), ['ip_version']);
});

test('a link that promises one version holds to it', () => {
  assert.deepEqual(odd(decode(SIX, 228)), ['ip_version']);
  assert.deepEqual(odd(decode(FOUR, 229)), ['ip_version']);
});

test('address families of all systems, in both byte orders', () => {
  for (const family of ['18', '1c', '1e', '0a']) {
    assert.equal(decode(join(family, '000000', SIX), 0).ip[0].version, 6);
    assert.equal(decode(join('000000', family, SIX), 108).ip[0].version, 6);
  }
  assert.equal(decode(join('00000002', FOUR), 0).ipCount, 1);
  assert.equal(decode(join('02000000', FOUR), 108).ipCount, 1);
});

test('other families are other, nonsense is malformed', () => {
  const packet = decode(join('07000000', FOUR), 0);
  assert.deepEqual([packet.network, odd(packet)], ['other', []]);
  assert.deepEqual(odd(decode(hex('0102030405'), 0)), ['link_malformed']);
  assert.deepEqual(odd(decode(hex('0200'), 0, 40)), ['link_truncated']);
});
