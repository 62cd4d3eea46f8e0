import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FIELDS =
  'stime dur proto saddr sport dir daddr dport state stos dtos pkts bytes sbytes label'.split(' ');

/** Argus on one capture takes well under this; a file that makes it hang is given up. */
const TIMEOUT = 60_000;

/**
 * What the Argus installed here prints of a capture (`argus` and `ra`, Debian packages argus-server and
 * argus-client). @param settings an `ra.conf` with comma, six decimals and numeric names
 * @returns its rows, or undefined when it is not installed or cannot read the capture
 */
export function liveArgusRows(capture: string, settings: string): string[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-argus-'));
  const records = join(folder, 'records');
  try {
    const meter = ['-J', '-A', '-Z', '-R', '-S', '3600', '-r', capture, '-w', records];
    const made = spawnSync('argus', meter, { stdio: 'ignore', timeout: TIMEOUT });
    if (made.error || made.status !== 0) return undefined;
    const print = ['-F', settings, '-n', '-c', ',', '-Z', 'b', '-s', ...FIELDS];
    const printed = spawnSync('ra', [...print, '-r', records, '-', 'not man'], {
      env: { ...process.env, TZ: 'UTC' },
      timeout: TIMEOUT,
      maxBuffer: 2 ** 30,
    });
    if (printed.error) return undefined;
    const rows = printed.stdout.toString('latin1').split('\n').slice(1);
    return rows.filter((row) => row !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
