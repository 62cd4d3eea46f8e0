import { bytesOf, hex, type Setting, type Turn } from './dialogue.ts';
import { clientHello, handshake, record, serverHello, serverName } from './made-tls.ts';

/** A dialogue of one protocol and the service it must confirm. */
export interface Sample {
  name: string;
  service: string;
  setting: Setting;
  turns: readonly Turn[];
}

const TLS_HELLO = record(
  22,
  handshake(1, clientHello(0x0303, 0, [0xc02f], [serverName('a.test')])),
);
const TLS_ANSWER = record(22, handshake(2, serverHello(0x0303, 5, 0xc02f, [])));

function tcp(name: string, service: string, ...turns: Turn[]): Sample {
  return { name, service, setting: { protocol: 6 }, turns };
}

function udp(name: string, service: string, ...turns: Turn[]): Sample {
  return { name, service, setting: { protocol: 17 }, turns };
}

function smb(body: string): Uint8Array {
  const bytes = bytesOf(`\xfeSMB${'\0'.repeat(60)}${body}`);
  return new Uint8Array([0, 0, bytes.length >> 8, bytes.length & 255, ...bytes]);
}

const DNS = '1234 0100 0001 0000 0000 0000 03777777 07657861 6d706c65 00 0001 0001';
const KRB_BODY = '6a15 3013 a103020105 a20302010a a307 3005 a003020100';
const IPV6 = `6000 0000 0008 3b40 ${'00'.repeat(32)} 0102030405060708`;
const SPNEGO = '`\x10\x06\x06+\x06\x01\x05\x05\x02NTLMSSP\0';

/** One dialogue for each protocol, in the clear and as short as it may be. */
export const SAMPLES: readonly Sample[] = [
  udp('dns', 'dns', ['>', hex(DNS)]),
  tcp('dns over tcp', 'dns', ['>', hex(`001d${DNS}`)]),
  tcp(
    'http',
    'http',
    ['>', 'GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n'],
    ['<', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ),
  tcp('http 0.9', 'http', ['>', 'GET /\r\n'], ['<', '<html></html>']),
  tcp(
    'http connect',
    'http,ssl',
    ['>', 'CONNECT a.test:443 HTTP/1.1\r\n\r\n'],
    ['<', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['>', TLS_HELLO],
    ['<', TLS_ANSWER],
  ),
  tcp('tls', 'ssl', ['>', TLS_HELLO], ['<', TLS_ANSWER]),
  tcp('sslv2 hello', 'ssl', [
    '>',
    hex(`802e 01 0301 0015 0000 0010 ${'010080'.repeat(7)} ${'11'.repeat(16)}`),
  ]),
  tcp('ssh', 'ssh', ['<', 'SSH-2.0-OpenSSH_9.7\r\n'], ['>', 'SSH-2.0-paramiko\r\n']),
  tcp(
    'ftp',
    'ftp',
    ['<', '220 ready\r\n'],
    ['>', 'USER anonymous\r\n'],
    ['<', '331 go on\r\n'],
    ['>', 'PASS x\r\n'],
    ['<', '230 in\r\n'],
  ),
  tcp(
    'ftp auth tls',
    'ftp,ssl',
    ['<', '220 ready\r\n'],
    ['>', 'AUTH TLS\r\n'],
    ['<', '234 go\r\n'],
    ['>', TLS_HELLO],
  ),
  tcp(
    'smtp',
    'smtp',
    ['<', '220 mx ESMTP\r\n'],
    ['>', 'EHLO me\r\n'],
    ['<', '250-mx\r\n250 STARTTLS\r\n'],
    ['>', 'STARTTLS\r\n'],
  ),
  tcp(
    'smtp starttls',
    'smtp,ssl',
    ['<', '220 mx ESMTP\r\n'],
    ['>', 'EHLO me\r\n'],
    ['<', '250 mx\r\n'],
    ['>', 'STARTTLS\r\n'],
    ['<', '220 go\r\n'],
    ['>', TLS_HELLO],
  ),
  tcp(
    'pop3',
    'pop3',
    ['<', '+OK ready\r\n'],
    ['>', 'USER bob\r\n'],
    ['<', '+OK\r\n'],
    ['>', 'PASS x\r\n'],
    ['<', '-ERR no\r\n'],
  ),
  tcp(
    'pop3 stls',
    'pop3,ssl',
    ['<', '+OK ready\r\n'],
    ['>', 'STLS\r\n'],
    ['<', '+OK\r\n'],
    ['>', TLS_HELLO],
  ),
  tcp('imap', 'imap', ['<', '* OK ready\r\n'], ['>', 'a1 LOGIN bob x\r\n'], ['<', 'a1 OK in\r\n']),
  tcp('irc', 'irc', ['>', 'NICK bot\r\nUSER a b c :d\r\n'], ['<', ':s 001 bot :hi\r\n']),
  tcp('smb', 'smb', ['>', smb('hello')], ['<', smb('hello')]),
  tcp('smb login', 'smb,gssapi,ntlm', ['>', smb(SPNEGO)]),
  tcp('dce_rpc', 'dce_rpc', ['>', hex(`05000b0310000000 1800 0000 01000000 ${'00'.repeat(8)}`)]),
  tcp('kerberos over tcp', 'krb_tcp', ['>', hex(`00000017${KRB_BODY}`)]),
  udp('kerberos', 'krb', ['>', hex(KRB_BODY)]),
  tcp(
    'ldap',
    'ldap_tcp',
    ['>', hex('300c 020101 6007 020103 0400 8000')],
    ['<', hex('300c 020101 6107 0a0100 0400 0400')],
  ),
  udp(
    'cldap',
    'ldap_udp',
    ['>', hex('300c 020101 6307 020103 0400 8000')],
    ['<', hex('300c 020101 6407 0a0100 0400 0400')],
  ),
  tcp(
    'rdp',
    'rdp,ssl',
    ['>', hex('0300 0013 0e e0 0000 0000 00 01 00 0800 0b000000')],
    ['<', hex('0300 0013 0e d0 0000 1234 00 02 1f 0800 02000000')],
    ['>', TLS_HELLO],
  ),
  tcp(
    'mysql',
    'mysql',
    ['<', bytesOf('\x0a\0\0\0\x0a8.0.1\0abc')],
    ['>', bytesOf('\x08\0\0\x01\x85\xa6\0\0bob\0')],
    ['<', bytesOf('\x03\0\0\x02\0\0\0')],
  ),
  tcp(
    'postgresql',
    'postgresql',
    ['>', bytesOf('\0\0\0\x10\0\x03\0\0user\0a\0\0')],
    ['<', bytesOf('R\0\0\0\x08\0\0\0\0')],
  ),
  tcp(
    'postgresql tls',
    'postgresql,ssl',
    ['>', hex('00000008 04d2162f')],
    ['<', 'S'],
    ['>', TLS_HELLO],
  ),
  tcp('redis', 'redis', ['>', '*1\r\n$4\r\nPING\r\n'], ['<', '+PONG\r\n']),
  tcp('mqtt', 'mqtt', ['>', hex('100c 0004 4d515454 04 02 003c 0000')], ['<', hex('20020000')]),
  tcp('rfb', 'rfb', ['<', 'RFB 003.008\n'], ['>', 'RFB 003.008\n']),
  tcp(
    'xmpp',
    'xmpp,ssl',
    ['>', "<stream:stream xmlns='jabber:client'>"],
    ['<', "<stream:stream id='1'>"],
    ['>', '<starttls/>'],
    ['<', "<proceed xmlns='x'/>"],
    ['>', TLS_HELLO],
  ),
  tcp(
    'bittorrent',
    'bittorrent',
    ['>', '\x13BitTorrent protocol'],
    ['<', '\x13BitTorrent protocol'],
  ),
  tcp(
    'modbus',
    'modbus',
    ['>', hex('0001 0000 0006 01 03 0000 0001')],
    ['<', hex('0001 0000 0005 01 03 02 0007')],
  ),
  tcp('dnp3', 'dnp3_tcp', ['>', hex('0564 05c0 0100 0004 e921')]),
  tcp(
    'socks5',
    'socks,http',
    ['>', hex('050100')],
    ['<', hex('0500')],
    ['>', hex('05010001 7f000001 0050')],
    ['<', hex('05000001 7f000001 0050')],
    ['>', 'GET / HTTP/1.0\r\n\r\n'],
  ),
  tcp(
    'socks4',
    'socks,http',
    ['>', hex('0401 0050 7f000001 626f6200')],
    ['<', hex('005a 0050 7f000001')],
    ['>', 'GET / HTTP/1.0\r\n\r\n'],
  ),
  tcp('ident', 'ident', ['>', '6193, 23\r\n'], ['<', '6193, 23 : USERID : UNIX : bob\r\n']),
  udp('dhcp', 'dhcp', ['>', hex(`01010600 ${'00'.repeat(232)} 63825363 350101 ff`)]),
  udp('ntp', 'ntp', ['>', hex(`23020afa 00000100 00000100 ${'00'.repeat(36)}`)]),
  {
    name: 'ntp monlist',
    service: 'ntp',
    setting: { protocol: 17, responderPort: 123 },
    turns: [['>', hex('1700032a 00000000')]],
  },
  udp('snmp', 'snmp', ['>', hex('3018 020101 04067075626c6963 a00b 020101 020100 020100 3000')]),
  udp('sip', 'sip', ['>', 'REGISTER sip:a.test SIP/2.0\r\n\r\n']),
  udp('syslog', 'syslog', ['>', '<34>Oct 11 22:14:15 host su: failed for root']),
  udp('radius', 'radius', ['>', hex(`01010019 ${'aa'.repeat(16)} 0105626f62`)]),
  udp('dtls', 'dtls', [
    '>',
    hex(
      '16 fefd 0000 000000000000 0038 01 00002c 0000 000000 00002c' +
        `fefd ${'03'.repeat(32)} 00 00 0002 c02b 0100 0000`,
    ),
  ]),
  udp('dnp3 over udp', 'dnp3_udp', ['>', hex('0564 05c0 0100 0004 e921')]),
  udp('teredo', 'teredo', ['>', hex(IPV6)], ['<', hex(`0000 1234 56789abc ${IPV6}`)]),
  udp('gtp', 'gtpv1', ['>', hex(`30ff 0030 00000001 ${IPV6}`)]),
  udp('ayiya', 'ayiya', ['>', hex(`41521129 00000000 ${'01'.repeat(36)} ${IPV6}`)]),
  {
    name: 'vxlan',
    service: 'vxlan',
    setting: { protocol: 17, responderPort: 4789 },
    turns: [['>', hex(`08000000 00000100 ${'02'.repeat(14)}`)]],
  },
  {
    name: 'geneve',
    service: 'geneve',
    setting: { protocol: 17, responderPort: 6081 },
    turns: [['>', hex('00006558 00000100 0202')]],
  },
];
