import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TON_IOT_NAMES, zeekSchema } from '../../../src/flow/index.ts';

const names = zeekSchema.columns.map((column) => column.name);

test('no column is named twice', () => {
  assert.equal(new Set(names).size, names.length);
});

test('the first 21 columns are those of conn.log, in its order', () => {
  const expected =
    'ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes ' +
    'conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts ' +
    'resp_ip_bytes tunnel_parents';
  assert.deepEqual(names.slice(0, 21), expected.split(' '));
});

test('every column of TON_IoT has a place', () => {
  const header =
    'src_ip,src_port,dst_ip,dst_port,proto,service,duration,src_bytes,dst_bytes,conn_state,' +
    'missed_bytes,src_pkts,src_ip_bytes,dst_pkts,dst_ip_bytes,dns_query,dns_qclass,dns_qtype,' +
    'dns_rcode,dns_AA,dns_RD,dns_RA,dns_rejected,ssl_version,ssl_cipher,ssl_resumed,' +
    'ssl_established,ssl_subject,ssl_issuer,http_trans_depth,http_method,http_uri,http_version,' +
    'http_request_body_len,http_response_body_len,http_status_code,http_user_agent,' +
    'http_orig_mime_types,http_resp_mime_types,weird_name,weird_addl,weird_notice';
  for (const name of header.split(',')) {
    assert.ok(names.includes(TON_IOT_NAMES.get(name) ?? name), name);
  }
});

test('who, when and free text are never features', () => {
  for (const { name, role } of zeekSchema.columns) {
    if (/^(ts|uid|id\.)/.test(name)) assert.ok(role === 'identity' || role === 'time', name);
    if (/(query|subject|issuer|uri|agent|ja3|ja4|host|server_name)$/.test(name)) {
      assert.equal(role, 'context', name);
    }
  }
});
