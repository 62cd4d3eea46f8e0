import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KddConnections } from '../../../src/flow/kdd/connections.ts';
import { KddFeatures, type KddOptions } from '../../../src/flow/kdd/features.ts';
import { KddView } from '../../../src/flow/kdd/view.ts';
import { kddTable } from '../../../src/flow/views/kdd.ts';
import { KddCsv } from '../../../src/flow/views/kdd-csv.ts';
import { ZeekTracker } from '../../../src/flow/zeek/tracker.ts';
import { numbers } from '../../../src/table/index.ts';
import { A, B, decodeFrames, ip, ipv4, type TestFrame, tcp, udp } from '../packets.ts';

/** Rows that the frames give, as the data set's file would have them. */
function rows(frames: readonly TestFrame[], options: KddOptions = {}): string[] {
  let text = '';
  const csv = new KddCsv(options.mode);
  const view = new KddView(options, (batch) => {
    text += csv.write(batch);
  });
  const tracker = new ZeekTracker({ ignoreChecksums: true }, (batch) => view.conns(batch));
  decodeFrames(frames, (packet) => {
    view.packet(packet);
    tracker.add(packet);
  });
  tracker.finish();
  view.finish();
  return text.split('\n').slice(0, -1);
}

const bytes = (text: string): number[] => [...Buffer.from(text)];

interface Say {
  readonly time: number;
  readonly fromClient: boolean;
  readonly text: string;
}

/** A whole TCP connection: handshake, what is said, and FIN both ways half a second later. */
function dialogue(port: number, said: readonly Say[]): TestFrame[] {
  let [client, server] = [101, 501];
  const first = said[0]!.time;
  const up = (time: number, flags: string, data: number[] = []): TestFrame =>
    ip(time, ipv4(A, B, 6, tcp(40000, port, flags, [client, server], data)));
  const down = (time: number, flags: string, data: number[] = []): TestFrame =>
    ip(time, ipv4(B, A, 6, tcp(port, 40000, flags, [server, client], data)));
  const frames = [
    ip(first - 0.3, ipv4(A, B, 6, tcp(40000, port, 'S', [100, 0]))),
    ip(first - 0.2, ipv4(B, A, 6, tcp(port, 40000, 'SA', [500, 101]))),
    up(first - 0.1, 'A'),
  ];
  for (const { time, fromClient, text } of said) {
    const data = bytes(text);
    frames.push(fromClient ? up(time, 'PA', data) : down(time, 'PA', data));
    if (fromClient) client += data.length;
    else server += data.length;
  }
  const end = said.at(-1)!.time + 0.5;
  frames.push(up(end, 'FA'));
  client++;
  frames.push(down(end + 0.01, 'FA'));
  server++;
  frames.push(up(end + 0.02, 'A'));
  return frames;
}

const echo = (id: number, length: number): number[] => [8, 0, 0, 0, 0, id, 0, 1, ...Array(length)];

test('a web page: payload bytes, whole seconds, SF, logged_in', () => {
  const request = 'GET / HTTP/1.0\r\nHost: b\r\n\r\n';
  const reply = 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi';
  const said = [
    { time: 10, fromClient: true, text: request },
    { time: 12.5, fromClient: false, text: reply },
  ];
  const window = '1,1,0.00,0.00,0.00,0.00,1.00,0.00,0.00';
  const host = '1,1,1.00,0.00,1.00,0.00,0.00,0.00,0.00,0.00';
  const basic = `3,tcp,http,SF,${request.length},${reply.length},0,0,0`;
  assert.deepEqual(rows(dialogue(80, said)), [
    `${basic},0,0,1,0,0,0,0,0,0,0,0,0,0,${window},${host}`,
  ]);
});

test('a login refused, then one as guest, over FTP', () => {
  const lines: [boolean, string][] = [
    [false, '220 b FTP ready\r\n'],
    [true, 'USER root\r\n'],
    [false, '331 Password\r\n'],
    [true, 'PASS x\r\n'],
    [false, '530 Login incorrect\r\n'],
    [true, 'USER anonymous\r\n'],
    [false, '331 Password\r\n'],
    [true, 'PASS me@\r\n'],
    [false, '230 Welcome\r\n'],
    [true, 'QUIT\r\n'],
    [false, '221 Bye\r\n'],
  ];
  const said = lines.map(([fromClient, text], i) => ({ time: 10 + i / 10, fromClient, text }));
  const cells = rows(dialogue(21, said))[0]!.split(',');
  assert.equal(cells[2], 'ftp');
  assert.equal(cells[10], '1', 'num_failed_logins');
  assert.equal(cells[11], '1', 'logged_in');
  assert.equal(cells[19], '0', 'num_outbound_cmds');
  assert.equal(cells[20], '0', 'is_host_login: root was refused');
  assert.equal(cells[21], '1', 'is_guest_login');
});

test('rows come in the order of start, though the longer connection ends later', () => {
  const long = ip(1, ipv4(A, B, 17, udp(1, 53, [1])));
  const short = ip(1.5, ipv4(B, A, 17, udp(2, 69, [1])));
  const again = ip(3, ipv4(A, B, 17, udp(1, 53, [1])));
  const services = rows([long, short, again]).map((row) => row.split(',')[2]);
  assert.deepEqual(services, ['domain_u', 'tftp_u']);
});

test('with too little room to order, a row counts as of the latest time, and is counted', () => {
  const connections = new KddConnections(3);
  connections.length = 3;
  connections.protocol.fill(17);
  connections.addressLength.fill(4);
  connections.start.set([50e6, 51e6, 1e6]);
  connections.end.set(connections.start);
  const counts = (reorder: number): [number[], number] => {
    const found: number[] = [];
    const features = new KddFeatures({ reorder }, (batch) => {
      found.push(...numbers(kddTable(batch), 'count'));
    });
    features.add(connections);
    features.finish();
    return [found, features.stats.late];
  };
  assert.deepEqual(counts(1), [[1, 2, 3], 1]);
  assert.deepEqual(counts(3), [[1, 1, 2], 0]);
});

test('every ICMP message is a row, header bytes counted, and an answer a row of its own', () => {
  const frames = [
    ip(1, ipv4(A, B, 1, echo(7, 56))),
    ip(1.1, ipv4(B, A, 1, [0, ...echo(7, 56).slice(1)])),
    ip(1.2, ipv4(A, B, 1, echo(7, 56))),
  ];
  const cells = rows(frames).map((row) => row.split(','));
  assert.deepEqual(
    cells.map((row) => row.slice(0, 6).join()),
    ['0,icmp,eco_i,SF,64,0', '0,icmp,ecr_i,SF,64,0', '0,icmp,eco_i,SF,64,0'],
  );
  assert.deepEqual(
    cells.map((row) => row[22]),
    ['1', '1', '2'],
  );
});

test('ai-ids keeps ICMP conversations', () => {
  const frames = [ip(1, ipv4(A, B, 1, echo(7, 56))), ip(1.2, ipv4(A, B, 1, echo(7, 56)))];
  assert.equal(rows(frames, { mode: 'ai-ids' }).length, 1);
});

test('land: the same address and port at both ends', () => {
  const cells = rows([ip(1, ipv4(A, A, 6, tcp(79, 79, 'S')))])[0]!.split(',');
  assert.deepEqual(cells.slice(1, 7), ['tcp', 'finger', 'S0', '0', '0', '1']);
});

test('urgent counts packets with URG of both sides', () => {
  const frames = [
    ip(1, ipv4(A, B, 6, tcp(40000, 23, 'S', [100, 0]))),
    ip(1.1, ipv4(B, A, 6, tcp(23, 40000, 'SA', [500, 101]))),
    ip(1.2, ipv4(A, B, 6, tcp(40000, 23, 'AU', [101, 501], [1]))),
    ip(1.3, ipv4(B, A, 6, tcp(23, 40000, 'AU', [501, 102], [1]))),
  ];
  assert.equal(rows(frames)[0]!.split(',')[8], '2');
});

const MORE = 0x2000;

test('teardrop: a piece inside the one before is wrong', () => {
  const sent = udp(5, 600, Array(28).fill(0));
  const frames = [
    ip(1, ipv4(A, B, 17, sent.slice(0, 32), { id: 9, offset: MORE })),
    ip(1.1, ipv4(A, B, 17, [1, 2, 3, 4], { id: 9, offset: 3 })),
    ip(1.2, ipv4(A, B, 17, udp(5, 600, [1]), { id: 10 })),
  ];
  const cells = rows(frames)[0]!.split(',');
  assert.deepEqual([cells[2], cells[7]], ['private', '1']);
});

test('sound fragments, a piece twice, are not wrong', () => {
  const sent = udp(5, 600, Array(40).fill(0));
  const first = ip(1, ipv4(A, B, 17, sent.slice(0, 32), { id: 9, offset: MORE }));
  const last = ip(1.1, ipv4(A, B, 17, sent.slice(32), { id: 9, offset: 4 }));
  assert.equal(rows([first, first, last])[0]!.split(',')[7], '0');
});

test('ping of death: the last piece ends past 65,535 bytes', () => {
  const frames = [
    ip(1, ipv4(A, B, 1, echo(7, 24), { id: 9, offset: MORE })),
    ip(1.1, ipv4(A, B, 1, Array(32).fill(0), { id: 9, offset: 8190 })),
  ];
  const cells = rows(frames).map((row) => row.split(','));
  assert.equal(cells.length, 1);
  assert.deepEqual([cells[0]![2], cells[0]![4], cells[0]![7]], ['eco_i', '32', '1']);
});
