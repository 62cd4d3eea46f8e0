import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARGUS, argusRows } from '../../conformance/argus.ts';
import { compareRows } from '../../conformance/compare.ts';
import { readRows, toolOracles } from '../../conformance/oracle.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';

test('rows are compared as multisets, and near misses say which column differs', () => {
  const row = (end: string) => `t,1,udp,a,1,   ->,b,2,INT,0,,1,${end},`;
  const { matched, missing, extra, near } = compareRows(
    [row('60,60'), row('60,60'), row('70,70')],
    [row('60,60'), row('70,71'), 'x,0,tcp,c,1,   ->,d,2,S_,0,,1,60,60,'],
  );
  assert.equal(matched, 1);
  assert.equal(missing.length, 2);
  assert.equal(extra.length, 2);
  assert.deepEqual(
    near.map(({ columns }) => columns),
    [['TotBytes', 'SrcBytes']],
  );
});

/** Small captures, one for each thing that is easy to get wrong. */
const CASES = [
  'ndpi__fuzz-2020-02-16-11740.pcap',
  'zeek__pppoe.pcap',
  'zeek__cisco-fabric-path.pcap',
  'zeek__radiotap.pcap',
  'zeek__linuxsll-arp.pcap',
  'zeek__gre-within-gre.pcap',
  'suriverify__decode-erspan-typeII-01.pcap',
  'ipfixprobe__mixed.pcap',
  'stopddos__amp.dns.RRSIG.fragmented.pcap',
  'ndpi__WebattackRCE.pcap',
  'csanders__arppoison.pcapng',
];

for (const name of CASES) {
  test(`${name}: every record as Argus printed it`, { skip: sharedMissing }, async () => {
    const pair = toolOracles(sharedPath('data', 'pcap'), 'argus', ARGUS.suffix).find(
      (item) => item.name === name,
    );
    assert.ok(pair, 'the capture has an oracle');
    const { missing, extra } = compareRows(readRows(pair.oracle), await argusRows(pair.capture));
    assert.deepEqual({ missing, extra }, { missing: [], extra: [] });
  });
}
