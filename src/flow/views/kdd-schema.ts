import type { ColumnSpec, Schema } from '../../table/index.ts';

type Extra = Partial<Pick<ColumnSpec, 'type' | 'unit' | 'live'>>;

/** Every column of this view is a feature: the data set publishes no time, address or port. */
function feature(name: string, meaning: string, extra: Extra = {}): ColumnSpec {
  return { name, type: 'number', role: 'feature', live: true, meaning, ...extra };
}

const BASIC: readonly ColumnSpec[] = [
  feature('duration', 'Time from the first to the last packet, in whole seconds', { unit: 's' }),
  feature('protocol_type', 'tcp, udp or icmp', { type: 'text' }),
  feature('service', 'Service by responder port (http, smtp, private …) or ICMP type (ecr_i …)', {
    type: 'text',
  }),
  feature('flag', 'How it ended: SF S0 S1 S2 S3 REJ RSTO RSTR RSTOS0 SH OTH; SF outside TCP', {
    type: 'text',
  }),
  feature('src_bytes', 'Payload bytes of the originator', { unit: 'B' }),
  feature('dst_bytes', 'Payload bytes of the responder', { unit: 'B' }),
  feature('land', '1 when both sides have the same address and port'),
  feature('wrong_fragment', 'Bad fragments: overlapping, too long or badly aligned; 0 to 3'),
  feature('urgent', 'Packets with the URG flag', { unit: 'packets' }),
];

const CONTENT: readonly ColumnSpec[] = [
  feature('hot', 'Hot indicators in clear text: a system directory entered, a program made or run'),
  feature('num_failed_logins', 'Logins refused in clear-text FTP, Telnet, POP3 or IMAP'),
  feature('logged_in', '1 when a login in clear text succeeded; 1 for HTTP and SMTP dialogues'),
  feature('num_compromised', 'Signs of a compromise in clear text, such as file not found'),
  feature('root_shell', '1 when a shell of root was got in a clear-text session'),
  feature('su_attempted', 'su root in a clear-text session: 1 when tried, 2 when it succeeded'),
  feature('num_root', 'Things done as root in a clear-text session'),
  feature('num_file_creations', 'Files made in a clear-text session'),
  feature('num_shells', 'Shell prompts given in a clear-text session'),
  feature('num_access_files', 'Reads or writes of access control files (passwd, .rhosts …)'),
  feature(
    'num_outbound_cmds',
    'Outbound commands of an FTP session; 0 in every published row, so what it counted is lost',
    { live: false },
  ),
  feature('is_host_login', '1 when the login in clear text is on the hot list: root, adm …'),
  feature('is_guest_login', '1 when the login in clear text is guest, anonymous or ftp'),
];

const TWO_SECONDS = 'in the last 2 s, this one included';

const RECENT: readonly ColumnSpec[] = [
  feature('count', `Connections to the same responder ${TWO_SECONDS}, and among the last 511`),
  feature('srv_count', `Connections to the same service ${TWO_SECONDS}, and among the last 511`),
  feature('serror_rate', 'Share of count with SYN errors: flag S0, S1, S2, S3 or SH'),
  feature('srv_serror_rate', 'Share of srv_count with SYN errors'),
  feature(
    'rerror_rate',
    'Share of count that was refused or reset: flag REJ, RSTO, RSTR or RSTOS0',
  ),
  feature('srv_rerror_rate', 'Share of srv_count that was refused or reset'),
  feature('same_srv_rate', 'Share of count to the same service'),
  feature(
    'diff_srv_rate',
    'Distinct services among count, this one included, by count; 0 if only this one',
  ),
  feature(
    'srv_diff_host_rate',
    'Distinct responders among srv_count by srv_count; 0 if only this one',
  ),
];

const HOST_WINDOW: readonly ColumnSpec[] = [
  feature(
    'dst_host_count',
    'Of the last 255 connections, this one included, those to the same responder',
  ),
  feature(
    'dst_host_srv_count',
    'Of the last 255 connections, those to the same service, of any responder',
  ),
  feature('dst_host_same_srv_rate', 'Share of dst_host_count to the same service'),
  feature('dst_host_diff_srv_rate', 'As diff_srv_rate, of dst_host_count'),
  feature('dst_host_same_src_port_rate', 'Share of dst_host_count from the same originator port'),
  feature('dst_host_srv_diff_host_rate', 'As srv_diff_host_rate, of dst_host_srv_count'),
  feature('dst_host_serror_rate', 'Share of dst_host_count with SYN errors'),
  feature('dst_host_srv_serror_rate', 'Share of dst_host_srv_count with SYN errors'),
  feature('dst_host_rerror_rate', 'Share of dst_host_count that was refused or reset'),
  feature('dst_host_srv_rerror_rate', 'Share of dst_host_srv_count that was refused or reset'),
];

/**
 * The kdd view: the 41 columns of KDD Cup 99 and NSL-KDD, by the names of `kddcup.names` (UCI KDD
 * Archive). The data set readers and the meter both yield exactly these. Content columns see clear
 * text only; an encrypted session leaves them 0, as in the data.
 */
export const kddSchema: Schema = {
  name: 'kdd',
  version: 1,
  columns: [...BASIC, ...CONTENT, ...RECENT, ...HOST_WINDOW],
};
