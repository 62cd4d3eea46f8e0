import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex, play, type Turn } from './dialogue.ts';

const QUERY = hex('1234 0100 0001 0000 0000 0000 03777777 07457861 6d706c65 00 0001 0001');
const REPLY = hex(
  '1234 8580 0001 0001 0000 0000 03777777 07457861 6d706c65 00 0001 0001' +
    'c00c 0001 0001 0000003c 0004 01020304',
);

function framed(message: Uint8Array): Uint8Array {
  return new Uint8Array([message.length >> 8, message.length & 255, ...message]);
}

test('a query alone confirms DNS on any port', () => {
  const { service, facts, flipped } = play([['>', QUERY]], { protocol: 17 });
  assert.equal(service, 'dns');
  assert.equal(flipped, false);
  assert.equal(facts.dns?.query, 'www.example');
  assert.equal(facts.dns?.qtypeName, 'A');
  assert.equal(facts.dns?.qclassName, 'C_INTERNET');
  assert.equal(facts.dns?.RD, true);
  assert.equal(facts.dns?.rcode, -1);
});

test('the reply with the same identifier fills the rest', () => {
  const turns: Turn[] = [
    ['>', QUERY],
    ['<', REPLY],
  ];
  const { facts } = play(turns, { protocol: 17, responderPort: 53 });
  assert.deepEqual(
    [facts.dns?.rcodeName, facts.dns?.AA, facts.dns?.RA, facts.dns?.rejected],
    ['NOERROR', true, true, false],
  );
  assert.equal(facts.dns?.answersCount, 1);
  assert.deepEqual([facts.dns?.queries, facts.dns?.replies], [1, 1]);
});

test('a reply without records is a rejection; NXDOMAIN is counted', () => {
  const refused = Uint8Array.from(REPLY.subarray(0, QUERY.length));
  refused[3] = 0x83;
  refused[7] = 0;
  const { facts } = play(
    [
      ['>', QUERY],
      ['<', refused],
    ],
    { protocol: 17 },
  );
  assert.equal(facts.dns?.rejected, true);
  assert.equal(facts.dns?.rcodeName, 'NXDOMAIN');
  assert.equal(facts.dns?.nameErrors, 1);
});

test('a reply as the first message swaps the roles', () => {
  assert.equal(play([['>', REPLY]], { protocol: 17 }).flipped, true);
});

test('DNS over TCP gives the same facts however it is cut', () => {
  const turns: Turn[] = [
    ['>', framed(QUERY)],
    ['<', framed(REPLY)],
  ];
  const whole = play(turns);
  assert.equal(whole.service, 'dns');
  assert.equal(whole.facts.dns?.answersCount, 1);
  for (let piece = 1; piece < 40; piece++) assert.deepEqual(play(turns, {}, piece), whole);
});

test('NetBIOS names are spelled out', () => {
  const name = hex(
    '0001 0110 0001 0000 0000 0000 20 46484641454246454341434143414341' +
      '43414341434143414341434143414141 00 0020 0001',
  );
  const { facts } = play([['>', name]], { protocol: 17, responderPort: 137 });
  assert.equal(facts.dns?.query, 'WPAT');
  assert.equal(facts.dns?.qtypeName, 'NB');
});

test('broken messages confirm nothing', () => {
  const loop = Uint8Array.from(QUERY);
  loop[12] = 0xc0;
  loop[13] = 0x0c;
  assert.equal(play([['>', loop]], { protocol: 17, responderPort: 53 }).service, '');
  for (let end = 0; end < QUERY.length; end++) {
    const cut = QUERY.subarray(0, end);
    assert.equal(play([['>', cut]], { protocol: 17, responderPort: 53 }).service, '');
  }
});
