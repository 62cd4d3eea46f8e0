/** Ports at which a server is likely, by transport: what Zeek's scripts call `likely_server_ports`. */
export interface ServerPorts {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/** The ports that Zeek's default scripts name (documented under each protocol of its base scripts). */
export const LIKELY_SERVER_PORTS: ServerPorts = {
  tcp: [
    // FTP, SSH, SMTP, DNS, Finger, HTTP, Kerberos, POP3, DCE/RPC, SMB, IMAP.
    21, 2811, 22, 25, 587, 53, 79, 80, 81, 631, 1080, 3128, 8000, 8080, 8888, 88, 110, 135, 139,
    445, 143,
    // LDAP, TLS, Modbus, MySQL, MQTT, RDP, PostgreSQL, XMPP, Redis, IRC, DNP3.
    389, 3268, 443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223, 8443, 502, 1434, 3306, 1883,
    3389, 5432, 5222, 5269, 6379, 6666, 6667, 6668, 6669, 20_000,
  ],
  udp: [
    // DNS, DHCP, Kerberos, NTP, SNMP, LDAP, DTLS and QUIC, syslog, RADIUS, RDP, SIP, DNP3.
    53, 137, 5353, 5355, 67, 4011, 88, 123, 161, 162, 389, 443, 514, 1812, 3389, 5060, 20_000,
    // GTP, Teredo, VXLAN, AYIYA, Geneve.
    2123, 2152, 3544, 4789, 5072, 6081,
  ],
};

/** Ports that are likely even when Zeek loads no protocol scripts (`zeek -b`). */
export const TUNNEL_SERVER_PORTS: ServerPorts = {
  tcp: [],
  udp: [2123, 2152, 3544, 4789, 5072, 6081],
};

/** One byte a port: 1 where a server is likely. */
export function portTable(ports: readonly number[]): Uint8Array {
  const table = new Uint8Array(65_536);
  for (const port of ports) table[port] = 1;
  return table;
}
