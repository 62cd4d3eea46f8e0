import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, hex, ipv4, join, MARGIN, odd, tcp } from '../build.ts';

const TCP = ipv4(6, tcp());

test('cooked frames have a sender only', () => {
  const one = decode(join('0000 0001 0006 020000000001 0000 0800', TCP), 113);
  assert.deepEqual([one.sourceMacOffset, one.destinationMacOffset], [MARGIN + 6, -1]);
  const two = decode(join('0800 0000 00000002 0001 00 06 020000000001 0000', TCP), 276);
  assert.deepEqual([two.sourceMacOffset, two.ipCount], [MARGIN + 12, 1]);
  const none = decode(join('0000 0304 0000 0000000000000000 0800', TCP), 113);
  assert.equal(none.sourceMacOffset, -1);
});

test('tags and LLC behind the cooked header', () => {
  const tagged = decode(join('0000 0001 0006 0200000000010000 8100 0007 0800', TCP), 113);
  assert.deepEqual([tagged.vlanOuter, tagged.ipCount], [7, 1]);
  const llc = decode(hex('0000 0001 0006 0200000000010000 0004 424203'), 113);
  assert.deepEqual([llc.network, llc.llcSsap], ['llc', 0x42]);
});

test('netlink is other, a short header is named', () => {
  const netlink = decode(hex('0004 0338 0000 0000000000000000 0800 00000000'), 113);
  assert.deepEqual([netlink.network, odd(netlink)], ['other', []]);
  assert.deepEqual(odd(decode(hex('0004 0338'), 113, 60)), ['link_truncated']);
  assert.deepEqual(odd(decode(hex('0004 0338'), 276)), ['link_malformed']);
});
