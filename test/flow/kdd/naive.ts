import type { KddMode } from '../../../src/flow/kdd/mode.ts';
import { aiIdsRate, dataRate, gureRate, twoDecimals } from '../../../src/flow/kdd/rate.ts';

/** A connection as the windows see it, in plain words. */
export interface Conn {
  /** Seconds: start or end, as the mode's clock says. */
  readonly time: number;
  readonly host: string;
  /** The service column's word, and what the windows take for one service. */
  readonly service: string;
  readonly key: string;
  readonly flag: string;
  readonly sourcePort: number;
}

const SYN: Record<KddMode, string[]> = {
  data: ['S0', 'S1', 'S2', 'S3', 'SH'],
  'ai-ids': ['S0', 'S1', 'S2', 'S3'],
  gure: ['S0', 'S1', 'S2', 'S3'],
};
const REJECT: Record<KddMode, string[]> = {
  data: ['REJ', 'RSTO', 'RSTR', 'RSTOS0'],
  'ai-ids': ['REJ'],
  gure: ['REJ'],
};

type Rate = (part: number, whole: number) => number;

const number = (conns: readonly Conn[], test: (conn: Conn) => boolean): number =>
  conns.filter(test).length;

function shares(window: readonly Conn[], now: Conn, mode: KddMode): Record<string, number> {
  const rate: Rate = mode === 'data' ? dataRate : mode === 'gure' ? gureRate : aiIdsRate;
  const host = window.filter((conn) => conn.host === now.host);
  const service = window.filter((conn) => conn.key === now.key);
  const syn = (conn: Conn): boolean => SYN[mode].includes(conn.flag);
  const reject = (conn: Conn): boolean => REJECT[mode].includes(conn.flag);
  let same = number(host, (conn) => conn.key === now.key);
  let different = host.length - same;
  let otherHosts = number(service, (conn) => conn.host !== now.host);
  if (mode === 'data') {
    const services = new Set(host.map((conn) => conn.key)).size;
    const hosts = new Set(service.map((conn) => conn.host)).size;
    different = services > 1 ? services : 0;
    otherHosts = hosts > 1 ? hosts : 0;
  }
  if (mode === 'gure') {
    same = number(host, (conn) => conn.service === now.service && conn.service !== 'other');
    different = number(host, (conn) => conn.service !== now.service);
  }
  const ports = mode === 'data' ? host : mode === 'gure' ? window : service;
  const base = mode === 'ai-ids' ? service.length + 1 : ports.length;
  let differentRate = rate(different, host.length);
  if (mode === 'ai-ids' && host.length > 0) differentRate = twoDecimals(1 - same / host.length);
  return {
    count: host.length,
    srvCount: service.length,
    serror: rate(number(host, syn), host.length),
    srvSerror: rate(number(service, syn), service.length),
    rerror: rate(number(host, reject), host.length),
    srvRerror: rate(number(service, reject), service.length),
    sameSrv: rate(same, host.length),
    diffSrv: differentRate,
    srvDiffHost: rate(otherHosts, service.length),
    samePort: rate(
      number(ports, (conn) => conn.sourcePort === now.sourcePort),
      base,
    ),
  };
}

/** The 19 features of connection `at`, by rescanning all that came before: slow and plain. */
export function naive(conns: readonly Conn[], at: number, mode: KddMode): number[] {
  const now = conns[at]!;
  const last = mode === 'data' ? at + 1 : at;
  // What ai-ids has cleared away, it cleared when the connection before came.
  const clock = mode === 'ai-ids' ? (conns[at - 1]?.time ?? now.time) : now.time;
  const young = (conn: Conn): boolean =>
    mode === 'gure'
      ? Math.floor(conn.time) >= Math.floor(clock) - 2
      : Math.round((clock - conn.time) * 1e6) < 2e6;
  const before = conns.slice(0, last);
  const recent = (mode === 'data' ? before.slice(-511) : before).filter(young);
  const latest = before.slice(mode === 'data' ? -255 : -100);
  const a = shares(recent, now, mode);
  const b = shares(latest, now, mode);
  const second = 'serror srvSerror rerror srvRerror'.split(' ');
  const first = ['count', 'srvCount', ...second, 'sameSrv', 'diffSrv', 'srvDiffHost'];
  const host = ['count', 'srvCount', 'sameSrv', 'diffSrv', 'samePort', 'srvDiffHost', ...second];
  return [...first.map((name) => a[name]!), ...host.map((name) => b[name]!)];
}
