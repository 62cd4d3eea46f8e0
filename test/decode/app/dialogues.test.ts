import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAppConnection } from '../../../src/decode/index.ts';
import { bytesOf, play, type Turn } from './dialogue.ts';

const FTP: Turn[] = [
  ['<', '220-hello\r\n220 vsFTPd 3\r\n'],
  ['>', 'USER anonymous\r\n'],
  ['<', '331 go on\r\n'],
  ['>', 'PASS a\r\n'],
  ['<', '530 no\r\n'],
  ['>', 'USER anonymous\r\n'],
  ['<', '331 go on\r\n'],
  ['>', 'PASS b\r\n'],
  ['<', '230 in\r\n'],
  ['>', 'MKD .warez\r\n'],
  ['<', '257 made\r\n'],
  ['>', 'RETR /etc/passwd\r\n'],
  ['<', '226 sent\r\n'],
];

test('FTP: failed and guest logins, what was made, what was read', () => {
  const { facts } = play(FTP);
  assert.equal(facts.dialogue?.failedLogins, 1);
  assert.deepEqual([facts.dialogue?.loggedIn, facts.dialogue?.guestLogin], [true, true]);
  assert.equal(facts.dialogue?.fileCreations, 1);
  assert.equal(facts.dialogue?.accessFiles, 1);
  assert.equal(facts.dialogue?.hot, 2);
  assert.equal(facts.serverBanner, 'hello');
  for (const piece of [1, 2, 3, 5, 8, 13]) assert.deepEqual(play(FTP, {}, piece).facts, facts);
});

test('FTP: a reply without a code takes the service back, as Zeek does', () => {
  const turns: Turn[] = [
    ['<', '220 hi\r\n'],
    ['>', 'USER a\r\n'],
    ['<', 'what?\r\n'],
  ];
  assert.equal(play(turns).service, '');
});

test('FTP and IRC announce data connections', () => {
  const heard: unknown[][] = [];
  const listen = (...args: unknown[]): void => {
    heard.push(args);
  };
  const talk = (turns: readonly Turn[]): void => {
    const connection = createAppConnection(6, 40000, 21, listen);
    for (const [who, text] of turns) {
      const bytes = bytesOf(text);
      connection.data(who === '>', bytes, 0, bytes.length, 0);
    }
  };
  talk([
    ['<', '220 hi\r\n'],
    ['>', 'USER a\r\nPORT 10,0,0,1,4,1\r\nEPRT |2|::1|1026|\r\nPORT 1,2\r\n'],
    ['<', '227 Entering (10,0,0,2,4,3).\r\n229 Entering (|||1028|)\r\n'],
  ]);
  talk([['>', 'NICK a\r\nPRIVMSG b :\x01DCC SEND f 167772161 1029 5\x01\r\n']]);
  assert.deepEqual(heard, [
    ['ftp-data', 1025, true],
    ['ftp-data', 1026, true],
    ['ftp-data', 1027, false],
    ['ftp-data', 1028, false],
    ['irc-dcc-data', 1029, true],
  ]);
});

const TELNET: Turn[] = [
  ['<', '\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0login: '],
  ['>', 'bob\r\0'],
  ['<', 'bob\r\nPassword: '],
  ['>', 'bad\r\0'],
  ['<', '\r\nLogin incorrect\r\nlogin: '],
  ['>', 'bob\r\n'],
  ['<', 'bob\r\nPassword: '],
  ['>', 'god\r\n'],
  ['<', '\r\nLast login: today\r\nhost$ '],
  ['>', 'su root\r\n'],
  ['<', 'Password: '],
  ['>', 'x\r\n'],
  ['<', '\r\nhost# '],
  ['>', 'cat /etc/shadow > copy; /bin/sh\r\n'],
  ['<', 'cat: no such file\r\nhost# '],
];

test('Telnet: logins, su, root commands, shells, files', () => {
  const { facts, service } = play(TELNET, { responderPort: 23 });
  assert.equal(service, '');
  assert.deepEqual(facts.dialogue, {
    failedLogins: 1,
    loggedIn: true,
    guestLogin: false,
    hostLogin: false,
    rootShell: true,
    suAttempted: 2,
    rootCommands: 2,
    fileCreations: 1,
    shells: 1,
    accessFiles: 1,
    outboundCommands: 0,
    hot: 1,
    compromised: 1,
    commands: 2,
  });
  for (let piece = 1; piece < 34; piece++) {
    assert.deepEqual(play(TELNET, { responderPort: 23 }, piece).facts, facts, `${piece}`);
  }
});

test('mail: logins that went well and that failed', () => {
  const smtp = play([
    ['<', '220 mx\r\n'],
    ['>', 'EHLO a\r\n'],
    ['<', '250 mx\r\n'],
    ['>', 'AUTH LOGIN\r\n'],
    ['<', '334 x\r\n'],
    ['>', 'Ym9i\r\n'],
    ['<', '535 no\r\n'],
    ['>', 'AUTH PLAIN x\r\n'],
    ['<', '235 in\r\n'],
    ['>', 'DATA\r\n'],
    ['<', '354 go\r\n'],
    ['>', 'EHLO in the letter\r\n.\r\nVRFY root\r\n'],
  ]).facts.dialogue;
  assert.deepEqual([smtp?.failedLogins, smtp?.loggedIn, smtp?.commands], [1, true, 6]);
  assert.deepEqual([smtp?.hot, smtp?.hostLogin], [1, false]);
  const pop3 = play([
    ['<', '+OK hi\r\n'],
    ['>', 'USER root\r\n'],
    ['<', '+OK\r\n'],
    ['>', 'PASS x\r\n'],
    ['<', '-ERR\r\n'],
    ['>', 'PASS y\r\n'],
    ['<', '+OK\r\n'],
  ]).facts.dialogue;
  assert.deepEqual([pop3?.failedLogins, pop3?.loggedIn, pop3?.hostLogin], [1, true, true]);
  const imap = play([
    ['<', '* OK hi\r\n'],
    ['>', 'a LOGIN {3}\r\nabc x\r\n'],
    ['<', 'a NO\r\n'],
    ['>', 'b LOGIN bob x\r\n'],
    ['<', 'b OK\r\n'],
  ]).facts.dialogue;
  assert.deepEqual([imap?.failedLogins, imap?.loggedIn], [1, true]);
});

test('a line longer than the limit is cut, and the next one is read', () => {
  const turns: Turn[] = [
    ['<', '220 hi\r\n'],
    ['>', `USER a\r\nSITE ${'x'.repeat(5000)}\r\nUSER b\r\n`],
  ];
  assert.equal(play(turns).facts.dialogue?.commands, 3);
});
