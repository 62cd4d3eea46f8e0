import type { KddMode } from './mode.ts';
import { AI_IDS_TCP, DATA_TCP, DATA_UDP, GURE_BOTH, GURE_TCP, GURE_UDP } from './service-ports.ts';

/**
 * The service column's words: the 70 of the data set, then `icmp` (TCP port 5813 in its test file and
 * in `ai-ids`) and `oth_i` (`ai-ids`). `harvest` and `pm_dump` are never given: their ports are lost.
 */
export const KDD_SERVICES = (
  'IRC X11 Z39_50 aol auth bgp courier csnet_ns ctf daytime discard domain domain_u echo eco_i ' +
  'ecr_i efs exec finger ftp ftp_data gopher harvest hostnames http http_2784 http_443 http_8001 ' +
  'imap4 iso_tsap klogin kshell ldap link login mtp name netbios_dgm netbios_ns netbios_ssn ' +
  'netstat nnsp nntp ntp_u other pm_dump pop_2 pop_3 printer private red_i remote_job rje shell ' +
  'smtp sql_net ssh sunrpc supdup systat telnet tftp_u tim_i time urh_i urp_i uucp uucp_path ' +
  'vmnet whois icmp oth_i'
).split(' ');

const code = (name: string): number => KDD_SERVICES.indexOf(name);

/** Index of `other` and `private` in {@link KDD_SERVICES}. */
export const SERVICE_OTHER = code('other');
export const SERVICE_PRIVATE = code('private');
const FTP_DATA = code('ftp_data');

const ICMP = 1;
const TCP = 6;
const ICMP6 = 58;

/** Where X servers listen: display 0 to 63. */
const X11_FIRST = 6000;
const X11_LAST = 6063;
/** First port of RFC 6335's dynamic or private range. */
const DYNAMIC = 49152;
/** First port that any user may open, on the systems of the data set. */
const UNPRIVILEGED = 1024;

/** Gives the service of a connection by protocol and ports, as a mode reads it. */
export class ServiceTable {
  readonly #mode: KddMode;
  readonly #tcp: Uint8Array;
  readonly #udp: Uint8Array;
  readonly #icmp: Uint8Array;
  readonly #fromPort20: boolean;

  constructor(mode: KddMode) {
    this.#mode = mode;
    this.#tcp = ports(mode, true);
    this.#udp = ports(mode, false);
    this.#icmp = icmpServices(mode);
    // Active FTP opens its data connection from the server's port 20 to any port of the client.
    this.#fromPort20 = mode !== 'gure';
  }

  /**
   * @param originatorPort of ICMP, the type
   * @param responderPort of ICMP, the code
   * @returns index into {@link KDD_SERVICES}
   */
  service(protocol: number, originatorPort: number, responderPort: number): number {
    if (protocol === ICMP) return this.#icmp[(originatorPort & 255) * 256 + (responderPort & 255)]!;
    if (protocol === ICMP6) return icmp6Service(originatorPort, responderPort);
    if (protocol !== TCP) return this.#udp[responderPort]!;
    if (originatorPort === 20 && this.#fromPort20) return FTP_DATA;
    return this.#tcp[responderPort]!;
  }

  /**
   * What the windows take for one service. `data`: the name, but ports without a name are services of
   * their own, though the service column calls them all private or other (see `docs/views/kdd.md`).
   * `gure`: the responder's port, whatever the protocol. `ai-ids`: the name.
   */
  key(protocol: number, responderPort: number, service: number): number {
    if (this.#mode === 'gure') return responderPort;
    if (this.#mode === 'data' && (service === SERVICE_OTHER || service === SERVICE_PRIVATE)) {
      return (protocol << 16) | responderPort;
    }
    return 0x1000000 | service;
  }
}

function ports(mode: KddMode, tcp: boolean): Uint8Array {
  const table = new Uint8Array(65536).fill(SERVICE_OTHER);
  if (mode === 'data') table.fill(SERVICE_PRIVATE, 0, UNPRIVILEGED);
  else table.fill(SERVICE_PRIVATE, DYNAMIC);
  if (tcp || mode === 'gure') table.fill(code('X11'), X11_FIRST, X11_LAST + 1);
  for (const [port, name] of namedPorts(mode, tcp)) table[port] = code(name);
  return table;
}

function namedPorts(mode: KddMode, tcp: boolean): readonly (readonly [number, string])[] {
  if (mode === 'gure') return [...GURE_BOTH, ...(tcp ? GURE_TCP : GURE_UDP)];
  if (!tcp) return DATA_UDP;
  if (mode === 'data') return DATA_TCP;
  return Object.entries(AI_IDS_TCP).flatMap(([name, list]) =>
    list.map((port): readonly [number, string] => [port, name]),
  );
}

/** By type * 256 + code. */
function icmpServices(mode: KddMode): Uint8Array {
  const table = new Uint8Array(65536).fill(code(mode === 'ai-ids' ? 'oth_i' : 'other'));
  if (mode === 'gure') {
    for (let type = 0; type < 256; type++) {
      table[type * 256 + 1] = code('urh_i');
      table[type * 256 + 3] = code('urp_i');
    }
  } else if (mode === 'data') {
    table[3 * 256 + 1] = code('urh_i');
    table[3 * 256 + 3] = code('urp_i');
  } else {
    table[3 * 256] = code('urp_i');
    table[3 * 256 + 1] = code('urh_i');
  }
  const types: [number, string][] = [
    [0, 'ecr_i'],
    [5, 'red_i'],
    [8, 'eco_i'],
  ];
  if (mode !== 'gure') types.push([11, 'tim_i']);
  for (const [type, name] of types) table.fill(code(name), type * 256, type * 256 + 256);
  return table;
}

/** ICMPv6 (RFC 4443, RFC 4861), by the same meanings; the data set has none. */
function icmp6Service(type: number, icmpCode: number): number {
  if (type === 128) return code('eco_i');
  if (type === 129) return code('ecr_i');
  if (type === 1 && icmpCode === 3) return code('urh_i');
  if (type === 1 && icmpCode === 4) return code('urp_i');
  if (type === 3) return code('tim_i');
  return type === 137 ? code('red_i') : SERVICE_OTHER;
}
