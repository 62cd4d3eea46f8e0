import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArkime } from '../../conformance/arkime.ts';
import { conversationRows, endText } from '../../conformance/conversations.ts';
import { parseIpfixprobe } from '../../conformance/ipfixprobe.ts';
import { parseNdpi } from '../../conformance/ndpi.ts';
import { joinedRows, parseNfstream } from '../../conformance/nfstream.ts';
import { checkRow, maskedRows, parseChecks } from '../../conformance/suricata.ts';

test('ends are written one way, with ports for TCP and UDP alone', () => {
  assert.equal(endText('10.0.0.1', 80, 6), '10.0.0.1:80');
  assert.equal(endText('2001:0db8:0:0:0:0:0:1', 53, 17), '[2001:db8::1]:53');
  assert.equal(endText('10.0.0.1', 80, 132), '10.0.0.1:0');
  assert.equal(endText('10.0.0.1', 8, 1), '10.0.0.1:0');
});

test('flows of one 5-tuple are summed, whoever began them', () => {
  const flow = { protocol: 17, from: 'b:2', to: 'a:1' };
  const rows = conversationRows([
    { ...flow, packets: [1, 2], bytes: [10, 20] },
    { protocol: 17, from: 'a:1', to: 'b:2', packets: [4, 8], bytes: [40, 80] },
    { ...flow, protocol: 6, packets: [1, 0], bytes: [60, 0] },
    { protocol: 6, from: 'a:1', to: 'a:1', packets: [1, 2], bytes: [3, 4] },
  ]);
  assert.deepEqual(rows, ['17 a:1 b:2 6 9 60 90', '6 a:1 a:1 3 0 7 0', '6 a:1 b:2 0 1 0 60']);
});

test('nDPI: flow lines with IPv6 ends, VLAN and numbers for protocols; all else is passed by', () => {
  const text = [
    'DPI Packets (TCP):\t7\t(7.00 pkts/flow)',
    'Unknown\t3\t655\t3',
    '\t1\t 192.168.1.13             \t 1      ',
    '\t1\tTCP 10.0.0.1:5 <-> [2001:db8::1]:80 [VLAN: 7][proto: 7/HTTP][3 pkts/198 bytes <-> 1 pkts/66 bytes][Goodput ratio: 0/0]',
    '\t2\tICMPV6 [::1]:0 -> [::2]:0 [proto: 102/ICMPV6][6 pkts/1170 bytes -> 0 pkts/0 bytes]',
    '\t3\t170 10.0.0.1:0 -> 10.0.0.2:0 [proto: 0/Unknown][1 pkts/60 bytes -> 0 pkts/0 bytes]',
  ].join('\n');
  assert.deepEqual(parseNdpi(text), [
    { protocol: 6, from: '10.0.0.1:5', to: '[2001:db8::1]:80', packets: [3, 1], bytes: [198, 66] },
    { protocol: 58, from: '[::1]:0', to: '[::2]:0', packets: [6, 0], bytes: [1170, 0] },
    { protocol: 170, from: '10.0.0.1:0', to: '10.0.0.2:0', packets: [1, 0], bytes: [60, 0] },
  ]);
});

test('NFStream: columns by name', () => {
  const text = 'id,bidirectional_bytes,x,bidirectional_packets\r\n0,165,a,1\r\n1,5745,b,19\r\n';
  assert.deepEqual(parseNfstream(text), ['1 165', '19 5745']);
});

test('NFStream: records of one 5-tuple are one flow until two minutes of silence', () => {
  const record = (start: number, end: number, vlan = 0) => ({
    protocol: 6,
    from: 'a:1',
    to: 'b:2',
    packets: [1, 1] as const,
    bytes: [60, 40] as const,
    start: start * 1e6,
    end: end * 1e6,
    vlan,
  });
  const rows = joinedRows([record(300, 310), record(0, 10), record(130, 179), record(0, 1, 5)]);
  assert.deepEqual(rows.sort(), ['2 100', '2 100', '4 200']);
});

test('Arkime: both ends of every session; sessions without addresses are passed by', () => {
  const session = (body: object) => ({ header: {}, body });
  const text = JSON.stringify({
    sessions3: [
      session({
        ipProtocol: 6,
        source: { ip: '10.0.0.1', port: 5, packets: 3, bytes: 198 },
        destination: { ip: 'fe80::0001', port: 80, packets: 1, bytes: 66 },
      }),
      session({ ethertype: 2054, source: { packets: 1 } }),
    ],
  });
  assert.deepEqual(parseArkime(text), [
    { protocol: 6, from: '10.0.0.1:5', to: '[fe80::1]:80', packets: [3, 1], bytes: [198, 66] },
  ]);
  assert.deepEqual(parseArkime('{}'), []);
});

test('ipfixprobe: the header may come last, and what a plugin repeats is one record', () => {
  const first = '10.0.0.2,10.0.0.1,66,198,1970-01-01T00:00:01.000000,1970-01-01T00:00:02.5,1,3';
  const text = [
    `${first},80,5,123,6,"a,b"`,
    `${first},80,5,123,6,"again"`,
    `${first},80,5,124,6,"another VLAN"`,
    'ipaddr DST_IP,ipaddr SRC_IP,uint64 BYTES,uint64 BYTES_REV,time TIME_FIRST,time TIME_LAST,' +
      'uint32 PACKETS,uint32 PACKETS_REV,uint16 DST_PORT,uint16 SRC_PORT,uint16 VLAN_ID,' +
      'uint8 PROTOCOL,string NAME',
  ].join('\n');
  const flow = {
    protocol: 6,
    from: '10.0.0.1:5',
    to: '10.0.0.2:80',
    packets: [1, 3],
    bytes: [66, 198],
    start: 1e6,
    end: 2.5e6,
  };
  assert.deepEqual(parseIpfixprobe(text), [flow, flow]);
});

const YAML = `
checks:
- filter:
    count: 2
    match:
      event_type: dns
      dest_port: 53
- filter:
    count: 1
    match:
      event_type: flow
      dest_ip: "10.0.0.2"
      dest_port: 80
      flow.bytes_toserver: 66
      flow.pkts_toserver: 1
      flow.pkts_toclient: 0
      proto: TCP
      src_ip: 10.0.0.1
      src_port: 5
  - filter:
      count: 4
      match:
        event_type: flow
        proto: "ICMP"
        flow.pkts_toclient: 4
`;

test('Suricata: only checks that count a flow, with a star where they demand nothing', () => {
  const checks = parseChecks(YAML);
  assert.deepEqual(
    checks.map(({ count }) => count),
    [1, 4],
  );
  assert.deepEqual(checks.map(checkRow), [
    'flow 6 10.0.0.1:5 10.0.0.2:80 1 0 66 *',
    'flow 1 * * * 4 * *',
  ]);
});

test('Suricata: a flow is seen from both ends; in an alert only the ends turn', () => {
  const flow = { protocol: 6, from: 'a:5', to: 'b:80', packets: [3, 1], bytes: [9, 7] } as const;
  assert.deepEqual(maskedRows(flow, 'flow 6 * *:80 1 1 1 *'.split(' ')), [
    'flow 6 * *:80 3 1 9 *',
    'flow 6 * *:5 1 3 7 *',
  ]);
  assert.deepEqual(maskedRows(flow, 'alert 6 b:80 a:5 1 1 1 1'.split(' ')), [
    'alert 6 a:5 b:80 3 1 9 7',
    'alert 6 b:80 a:5 3 1 9 7',
  ]);
});
