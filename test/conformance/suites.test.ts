import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { ARKIME } from '../../conformance/arkime.ts';
import { compareRows } from '../../conformance/compare.ts';
import { conversationRows, meteredFlows } from '../../conformance/conversations.ts';
import { CLASSES, EXPLAINED, explain } from '../../conformance/explained.ts';
import { IPFIXPROBE } from '../../conformance/ipfixprobe.ts';
import { compareOracle, kddLine } from '../../conformance/kdd.ts';
import { type Line, reportLines } from '../../conformance/lines.ts';
import { NDPI } from '../../conformance/ndpi.ts';
import { NFSTREAM } from '../../conformance/nfstream.ts';
import { toolOracles } from '../../conformance/oracle.ts';
import { reportOutcomes } from '../../conformance/outcome.ts';
import { compareSuite, type Suite } from '../../conformance/suite.ts';
import { SURICATA } from '../../conformance/suricata.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';

const skip = sharedMissing;

/** Small captures, one for each way of counting: link headers, VLANs, tunnels, fragments, alerts. */
const EQUAL: readonly [Suite, string][] = [
  [NDPI, 'ndpi__BGP_redist.pcap'],
  [NDPI, 'ndpi__rdp.pcap'],
  [NDPI, 'ndpi__dns2tcp_tunnel.pcap'],
  [NDPI, 'ndpi__mongodb.pcap'],
  [NDPI, 'ndpi__emotet.pcap'],
  [NFSTREAM, 'ndpi__mongodb.pcap'],
  [NFSTREAM, 'ndpi__signal.pcap'],
  [ARKIME, 'arkime__socks5-http-302-frag.pcap'],
  [ARKIME, 'arkime__sctp-www.pcap'],
  [ARKIME, 'arkime__v6-http.pcap'],
  [IPFIXPROBE, 'ipfixprobe__mixed.pcap basic'],
  [IPFIXPROBE, 'ipfixprobe__vlan.pcap'],
  [SURICATA, 'suriverify__bug-4903-03.pcap'],
  [SURICATA, 'suriverify__vxlan.pcap vxlan-decoder-02'],
];

for (const [suite, file] of EQUAL) {
  test(`${suite.tool}, ${file}: every row is equal`, { skip }, async () => {
    const lines = await compareSuite(suite, { file });
    assert.equal(lines.length >= 1, true, 'the capture has an oracle');
    for (const { rows, equal } of lines) {
      assert.ok(rows > 0);
      assert.equal(equal, rows);
    }
  });
}

for (const suite of [NDPI, SURICATA, ARKIME, IPFIXPROBE]) {
  test(`${suite.tool}: what differs is what is explained, no more and no less`, {
    skip,
  }, async () => {
    const known = EXPLAINED.filter(({ tool }) => tool === suite.tool);
    const captures = new Set(known.map(({ capture }) => capture));
    const found: string[] = [];
    for (const capture of captures) {
      await compareSuite(suite, { file: capture }, (_, { missing }) => {
        for (const row of missing) found.push(explain(suite.tool, capture, row)?.row ?? row);
      });
    }
    assert.deepEqual(found.sort(), known.map(({ row }) => row).sort());
  });
}

test('explanations name a class, a packet and a capture that has an oracle', { skip }, () => {
  for (const { tool, capture, kind, packets } of EXPLAINED) {
    const suite = [NDPI, SURICATA, ARKIME, IPFIXPROBE].find((item) => item.tool === tool);
    assert.ok(suite);
    const name = capture.split(' ')[0];
    const pairs = toolOracles(sharedPath('data', 'pcap'), tool, suite.suffix);
    assert.ok(pairs.some((pair) => pair.name === name && existsSync(pair.capture)));
    assert.match(packets, /^\d/);
    assert.ok(CLASSES[kind].length > 0);
  }
});

test('a conversation in a tunnel: outer ends by the meter, inner by the tracker', {
  skip,
}, async () => {
  const path = sharedPath('data', 'pcap', 'benign-infra', 'ndpi__dtls.pcap');
  const link = conversationRows(await meteredFlows(path, { meter: 'link' }));
  const ip = conversationRows(await meteredFlows(path, { meter: 'ip' }));
  const outer = link.find((row) => row.includes(':2152'));
  const inner = ip.find((row) => row.includes('10.191.227.13:54162'));
  assert.equal(outer, '17 10.116.8.57:2152 10.238.250.51:2152 3 1 665 282');
  assert.deepEqual(inner?.split(' ').slice(3, 5), ['3', '1']);
});

/** Runs `body` and gives what it wrote to the standard output. */
function written(body: () => void): string {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    text += chunk;
    return true;
  };
  try {
    body();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

const LINE: Line = {
  capture: 'one.pcap',
  flows: 5,
  rows: 4,
  equal: 3,
  missing: 0,
  differing: 1,
  extra: 2,
  tracked: -1,
  classes: { tunnel: 1 },
  columns: { 'packets a→b': 1 },
};

test('the table has a line a capture, sums, columns and classes; the exit code follows --min', () => {
  const wishes = { json: false, file: '', show: 0, min: 80, live: false, captures: '' };
  let code = -1;
  const text = written(() => {
    code = reportLines([LINE, { ...LINE, capture: 'two.pcap', equal: 4 }], wishes);
  });
  assert.equal(code, 0);
  assert.match(text, /^one\.pcap +5 +4 +3 +75\.00 +1 +0 +2 +-$/m);
  assert.match(text, /^total of 2 +10 +8 +7 +87\.50 +2 +0 +4 +-$/m);
  assert.match(text, /^columns that differ: packets a→b 2$/m);
  assert.match(text, /^why: tunnel 2$/m);
  written(() => {
    assert.equal(reportLines([LINE], wishes), 1);
    assert.equal(reportLines([], wishes), 1);
  });
  const json = JSON.parse(written(() => void reportLines([LINE], { ...wishes, json: true })));
  assert.equal(json.equalPercent, 75);
  assert.equal(json.captures, 1);
  assert.equal(json.same, 0);
  assert.deepEqual(json.details, [LINE]);
});

test('every suite prints JSON of one shape', () => {
  const wishes = { json: true, file: '', show: 0, min: 0, live: false, captures: '' };
  const comparison = compareRows(['t,1,udp,a,1,   ->,b,2,INT,0,,1,60,60,'], []);
  const kdd = { rows: 3, expected: 2, equal: 1, columns: { flag: 1 }, examples: [] };
  const texts = [
    written(() => void reportLines([LINE], wishes)),
    written(() => void reportOutcomes([{ name: 'one.pcap', comparison }], wishes)),
    written(() => void reportLines([kddLine(kdd)], wishes)),
  ];
  const keys = texts.map((text) => {
    const all = JSON.parse(text);
    return [Object.keys(all), Object.keys(all.details[0])];
  });
  assert.deepEqual(keys[1], keys[0]);
  assert.deepEqual(keys[2], keys[0]);
});

test('kdd: every connection of the nmap scan is equal in 27 columns', { skip }, async () => {
  const { rows, expected, equal, columns } = await compareOracle();
  assert.deepEqual(
    { rows, expected, equal, columns },
    {
      rows: 1000,
      expected: 1000,
      equal: 1000,
      columns: {},
    },
  );
});
