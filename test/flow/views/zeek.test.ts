import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frame } from '../../../src/capture/index.ts';
import { createDecoder, Packet } from '../../../src/decode/index.ts';
import { type ConnBatch, ZeekTracker, zeekSchema, zeekTable } from '../../../src/flow/index.ts';
import { numbers, type Table, textAt, texts } from '../../../src/table/index.ts';
import { type Fields, ipPacket, START } from '../zeek/build.ts';

/** The zeek view of some packets, a hundredth of a second apart. */
function viewOf(packets: readonly Fields[], localNetworks?: readonly string[]): Table {
  let table: Table | undefined;
  const tracker = new ZeekTracker({}, (batch: ConnBatch) => {
    table = zeekTable(batch, localNetworks ? { localNetworks } : {});
  });
  const decoder = createDecoder();
  const packet = new Packet();
  const frame = new Frame();
  frame.linkType = 101;
  packets.forEach((fields, i) => {
    frame.bytes = ipPacket(fields);
    frame.end = frame.bytes.length;
    frame.originalLength = frame.end;
    frame.time = START + i * 10_000;
    decoder.decode(frame, packet);
    tracker.add(packet);
  });
  tracker.finish();
  return table!;
}

const HTTP: readonly Fields[] = [
  { flags: 'S' },
  {
    from: 2,
    to: 1,
    sourcePort: 9999,
    destinationPort: 40_000,
    flags: 'SA',
    sequence: 7,
    acknowledgement: 1,
  },
  { sequence: 1, acknowledgement: 8, data: 'GET /x HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\n\r\n' },
  {
    from: 2,
    to: 1,
    sourcePort: 9999,
    destinationPort: 40_000,
    sequence: 8,
    acknowledgement: 44,
    data: 'HTTP/1.1 404 Gone\r\nContent-Length: 2\r\n\r\nno',
  },
];

test('every column of the schema is there with its kind', () => {
  const table = viewOf(HTTP);
  assert.equal(table.schema, zeekSchema);
  assert.equal(table.rows, 1);
  assert.equal(table.columns.length, zeekSchema.columns.length);
  zeekSchema.columns.forEach(({ name, type }, i) => {
    const column = table.columns[i]!;
    assert.equal(column.kind, type === 'text' ? 'text' : 'number', name);
    assert.equal(column.kind === 'text' ? column.codes.length : column.values.length, 1, name);
  });
});

test('an HTTP dialogue fills its columns and leaves the others empty', () => {
  const table = viewOf(HTTP);
  const text = (name: string): string | undefined => textAt(texts(table, name), 0);
  assert.equal(numbers(table, 'ts')[0], START);
  assert.equal(numbers(table, 'duration')[0], 0.03);
  assert.equal(`${text('proto')} ${text('service')} ${text('conn_state')}`, 'tcp http S1');
  assert.equal(`${text('id.orig_h')} ${numbers(table, 'id.resp_p')[0]}`, '10.0.0.1 9999');
  assert.equal(`${text('http_method')} ${text('http_uri')} ${text('http_host')}`, 'GET /x h');
  assert.equal(numbers(table, 'http_status_code')[0], 404);
  assert.equal(text('http_user_agent'), 'u');
  assert.equal(text('dns_query'), undefined);
  assert.ok(Number.isNaN(numbers(table, 'dns_qtype')[0]));
  assert.equal(text('ssl_established'), undefined);
  assert.equal(text('tunnel_parents'), undefined);
});

test('a single packet has no duration and no payload bytes', () => {
  const table = viewOf([{ flags: 'S' }]);
  for (const name of ['duration', 'orig_bytes', 'resp_bytes']) {
    assert.ok(Number.isNaN(numbers(table, name)[0]), name);
  }
  assert.equal(numbers(table, 'orig_pkts')[0], 1);
  assert.equal(numbers(table, 'orig_ip_bytes')[0], 40);
});

test('which side is local', () => {
  const flags = (networks?: readonly string[]): (string | undefined)[] => {
    const table = viewOf([{ flags: 'S' }], networks);
    return ['local_orig', 'local_resp'].map((name) => textAt(texts(table, name), 0));
  };
  assert.deepEqual(flags(), ['T', 'T']);
  assert.deepEqual(flags(['10.0.0.1/32']), ['T', 'F']);
  assert.deepEqual(flags([]), [undefined, undefined]);
});
