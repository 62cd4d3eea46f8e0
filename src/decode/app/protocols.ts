import type { Protocol } from './analyser.ts';
import {
  ayiya,
  dhcp,
  geneve,
  gtp,
  ldapUdp,
  ntp,
  radius,
  sip,
  snmp,
  syslog,
  teredo,
  vxlan,
} from './datagrams.ts';
import { dnsTcp, dnsUdp } from './dns.ts';
import { dtls } from './dtls.ts';
import { ftp } from './ftp.ts';
import { http } from './http.ts';
import { irc } from './irc.ts';
import { krbTcp, krbUdp } from './kerberos.ts';
import { imap, pop3, smtp } from './mail.ts';
import { quic } from './quic.ts';
import { ssh } from './ssh.ts';
import {
  bittorrent,
  dnp3Tcp,
  dnp3Udp,
  ident,
  ldapTcp,
  modbus,
  mqtt,
  redis,
  rfb,
} from './tcp-signatures.ts';
import { telnet } from './telnet.ts';
import { tls } from './tls.ts';
import { mysql, postgresql, rdp, socks } from './upgrades.ts';
import { dceRpc, smb } from './windows.ts';
import { xmpp } from './xmpp.ts';

/**
 * Every protocol that is recognised, the stricter ones first where two could take the same bytes.
 * Adding one is its own file and a line here. A transport has room for 32.
 */
export const PROTOCOLS: readonly Protocol[] = [
  dnsUdp,
  dhcp,
  ntp,
  snmp,
  krbUdp,
  ldapUdp,
  dtls,
  quic,
  sip,
  dnp3Udp,
  radius,
  gtp,
  ayiya,
  vxlan,
  geneve,
  teredo,
  syslog,
  http,
  tls,
  ssh,
  smb,
  dceRpc,
  krbTcp,
  dnsTcp,
  ftp,
  smtp,
  pop3,
  imap,
  irc,
  rdp,
  mysql,
  postgresql,
  ldapTcp,
  redis,
  mqtt,
  rfb,
  xmpp,
  bittorrent,
  modbus,
  dnp3Tcp,
  socks,
  ident,
  telnet,
];
