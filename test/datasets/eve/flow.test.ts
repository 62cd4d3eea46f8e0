import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { connState, eveCells } from '../../../src/datasets/eve/flow.ts';
import { jsonObject } from '../../../src/datasets/json-line.ts';
import { RecordRows } from '../../../src/datasets/record-rows.ts';
import { zeekSchema } from '../../../src/flow/index.ts';
import { rowOf } from '../files.ts';

const EVENT = {
  timestamp: '2019-05-28T23:32:30.025256+0200',
  flow_id: 0,
  event_type: 'flow',
  vlan: [5],
  src_ip: '10.0.0.1',
  src_port: 40_000,
  dest_ip: '10.0.0.2',
  dest_port: 443,
  proto: 'TCP',
  app_proto: 'tls',
  flow: {
    pkts_toserver: 10,
    pkts_toclient: 8,
    bytes_toserver: 1180,
    bytes_toclient: 5144,
    start: '2019-05-28T23:32:29.025256+0200',
    end: '2019-05-28T23:32:30.525256+0200',
    state: 'closed',
  },
  tcp: { tcp_flags_ts: '1b', tcp_flags_tc: '1b', state: 'closed' },
};

function rowOfEvent(event: object, flowId = '1234567890123456789') {
  const line = JSON.stringify(event).replace('"flow_id":0', `"flow_id":${flowId}`);
  const cells = eveCells(jsonObject(line)!, line);
  if (!cells) return undefined;
  const rows = new RecordRows(zeekSchema);
  rows.push(cells);
  return rowOf(rows.take(), 0);
}

test('a flow event fills the zeek view; bytes lose their link headers', () => {
  assert.deepEqual(rowOfEvent(EVENT), {
    ts: Date.UTC(2019, 4, 28, 21, 32, 29) * 1000 + 25_256,
    uid: '1234567890123456789',
    'id.orig_h': '10.0.0.1',
    'id.orig_p': 40_000,
    'id.resp_h': '10.0.0.2',
    'id.resp_p': 443,
    proto: 'tcp',
    service: 'ssl',
    duration: 1.5,
    conn_state: 'SF',
    orig_pkts: 10,
    orig_ip_bytes: 1000,
    resp_pkts: 8,
    resp_ip_bytes: 5000,
  });
});

test('ICMP gives type and code, an unknown service none, one packet no duration', () => {
  const { tcp: _, ...rest } = EVENT;
  const flow = { ...EVENT.flow, end: EVENT.flow.start };
  const got = rowOfEvent({
    ...rest,
    flow,
    proto: 'IPv6-ICMP',
    icmp_type: 128,
    icmp_code: 0,
    app_proto: 'failed',
  })!;
  assert.deepEqual(
    [got['proto'], got['id.orig_p'], got['id.resp_p'], got['conn_state']],
    ['icmp', 128, 0, 'OTH'],
  );
  assert.equal(got['service'], undefined);
  assert.equal(got['duration'], undefined);
});

test('events without addresses or times are refused', () => {
  const { src_ip: _, ...noAddress } = EVENT;
  const flow = { ...EVENT.flow, start: '2019-13-45T00:00:00Z' };
  assert.equal(rowOfEvent(noAddress), undefined);
  assert.equal(rowOfEvent({ ...EVENT, flow }), undefined);
  assert.equal(rowOfEvent({ ...EVENT, flow: 7 }), undefined);
});

test('states follow the flags', () => {
  const [F, S, R, A] = [1, 2, 4, 16];
  const state = (own: number, other: number, sent = 1, answered = 1): string =>
    connState('tcp', { own, other, sent, answered });
  assert.equal(state(S, 0, 1, 0), 'S0');
  assert.equal(state(S, R | A), 'REJ');
  assert.equal(state(S | A, S | A), 'S1');
  assert.equal(state(S | A | F, S | A | F), 'SF');
  assert.equal(state(S | A | F, S | A), 'S2');
  assert.equal(state(S | A, S | A | F), 'S3');
  assert.equal(state(S | F, 0, 2, 0), 'SH');
  assert.equal(state(0, S | A | F, 0, 2), 'SHR');
  assert.equal(state(S | A | R, S | A), 'RSTO');
  assert.equal(state(S | R, 0, 2, 0), 'RSTOS0');
  assert.equal(state(S | A, S | A | R), 'RSTR');
  assert.equal(state(0, S | A | R), 'RSTRH');
  assert.equal(state(A, A), 'OTH');
  assert.equal(connState('udp', { own: 0, other: 0, sent: 1, answered: 0 }), 'S0');
  assert.equal(connState('udp', { own: 0, other: 0, sent: 1, answered: 1 }), 'SF');
});

test('any JSON object is a row or none, never an error', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant(EVENT.flow));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(EVENT)), value), (part) => {
      const row = rowOfEvent({ ...EVENT, ...part });
      if (row) assert.ok(Number(row['orig_ip_bytes'] ?? 0) >= 0);
    }),
  );
});
