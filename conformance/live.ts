import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A tool that may be installed on this machine, and what it says of a capture. */
export interface LiveTool {
  /** Why it cannot be run here; '' when it can. */
  readonly absent: () => string;
  /** Writes its output, as a stored one looks. @returns false when it cannot read the capture */
  readonly run: (capture: string, output: string) => boolean;
}

/** A tool takes well under this for one capture; a file that makes it hang is given up. */
const TIMEOUT = 60_000;

const FIELDS =
  'stime dur proto saddr sport dir daddr dport state stos dtos pkts bytes sbytes label'.split(' ');

/** What `ra` is told to print: comma, six decimals, numeric names, whole dates. */
const RA_CONF = `RA_PRINT_LABELS=0
RA_FIELD_DELIMITER=','
RA_USEC_PRECISION=6
RA_PRINT_NAMES=0
RA_TIME_FORMAT="%Y/%m/%d %T.%f"
`;

/** What a program printed; undefined when it is not there or failed. */
function printed(program: string, args: readonly string[]): Buffer | undefined {
  const { error, status, stdout } = spawnSync(program, args, {
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: TIMEOUT,
    maxBuffer: 2 ** 30,
  });
  return error || status !== 0 ? undefined : stdout;
}

/** Says which of these programs does not start. */
function missing(programs: readonly string[], from: string): string {
  const gone = programs.filter((name) => {
    const { error } = spawnSync(name, ['-h'], { stdio: 'ignore', timeout: TIMEOUT });
    return error !== undefined && 'code' in error && error.code === 'ENOENT';
  });
  return gone.length === 0 ? '' : `${gone.join(' and ')} not installed here (${from})`;
}

/** A tool that prints its output. */
export function printing(
  program: string,
  from: string,
  args: (capture: string) => string[],
): LiveTool {
  return {
    absent: () => missing([program], from),
    run: (capture, output) => {
      const text = printed(program, args(capture));
      if (text) writeFileSync(output, text);
      return text !== undefined;
    },
  };
}

/** Argus: `argus` writes records, `ra` prints them; they go through a file, as a pipe loses records. */
export const ARGUS_LIVE: LiveTool = {
  absent: () => missing(['argus', 'ra'], 'Debian packages argus-server and argus-client'),
  run: (capture, output) => {
    const folder = mkdtempSync(join(tmpdir(), 'wiresift-argus-'));
    const records = join(folder, 'records');
    const settings = join(folder, 'ra.conf');
    try {
      writeFileSync(settings, RA_CONF);
      const meter = ['-J', '-A', '-Z', '-R', '-S', '3600', '-r', capture, '-w', records];
      if (!printed('argus', meter)) return false;
      const print = ['-F', settings, '-n', '-c', ',', '-Z', 'b', '-s', ...FIELDS];
      const rows = printed('ra', [...print, '-r', records, '-', 'not man']);
      if (rows) writeFileSync(output, rows);
      return rows !== undefined;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** nDPI's reader: every flow it ended with, and its counts. */
export const NDPI_LIVE = printing('ndpiReader', 'Debian package libndpi-bin', (capture) => [
  '-q',
  '-t',
  '-v',
  '2',
  '-i',
  capture,
]);

/** Python with the package `nfstream`: the variable `PYTHON` may name another than `python3`. */
const PYTHON = process.env['PYTHON'] ?? 'python3';
const NFSTREAM_SCRIPT = `import sys
from nfstream import NFStreamer
if __name__ == '__main__':
    NFStreamer(source=sys.argv[1], n_dissections=0, n_meters=1).to_csv(path=sys.argv[2])
`;

/** NFStream, with its defaults: silent after two minutes, cut after half an hour. */
export const NFSTREAM_LIVE: LiveTool = {
  absent: () =>
    printed(PYTHON, ['-c', 'import nfstream'])
      ? ''
      : `${PYTHON} with the package nfstream not installed here (PyPI; PYTHON=PATH names another python)`,
  run: (capture, output) => printed(PYTHON, ['-c', NFSTREAM_SCRIPT, capture, output]) !== undefined,
};
