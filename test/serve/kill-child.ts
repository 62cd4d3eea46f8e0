import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite';
import { analysisModule } from '../../src/cli/service-parts.ts';
import { createService } from '../../src/serve/index.ts';
import { openStore } from '../../src/store/index.ts';
import type { Moment } from './killable.ts';
import { ADMIN_PASSWORD } from './running.ts';

/**
 * A service over the folder that is named, until it is killed: from outside, or by itself at the
 * moment that is named, by the same signal.
 */
const [folder = '', moment = 'null'] = process.argv.slice(2);

const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** Counts statements that change rows, and dies at the one that is asked for. */
function dieAt({ sql, at, nth = 1 }: Moment): void {
  const { run, all } = StatementSync.prototype;
  const { exec } = DatabaseSync.prototype;
  let seen = 0;
  let inside = false;
  const isMeant = (statement: StatementSync): boolean => {
    const { sourceSQL } = statement;
    return /^(insert|update|delete)/.test(sourceSQL) && sourceSQL.includes(sql);
  };
  const around = <Result>(statement: StatementSync, work: () => Result): Result => {
    if (!isMeant(statement)) return work();
    if (at.endsWith('commit')) inside = true;
    else seen++;
    if (at === 'before' && seen === nth) die();
    const result = work();
    if (at === 'after' && seen === nth) die();
    return result;
  };
  StatementSync.prototype.run = function (this: StatementSync, ...values: SQLInputValue[]) {
    return around(this, () => run.apply(this, values as never));
  } as typeof run;
  StatementSync.prototype.all = function (this: StatementSync, ...values: SQLInputValue[]) {
    return around(this, () => all.apply(this, values as never));
  } as typeof all;
  DatabaseSync.prototype.exec = function (this: DatabaseSync, words: string) {
    if (words !== 'commit' || !inside) return exec.call(this, words);
    inside = false;
    seen++;
    if (at === 'before commit' && seen === nth) die();
    exec.call(this, words);
    if (at === 'after commit' && seen === nth) die();
  };
}

const store = await openStore({ folder });
const asked = JSON.parse(moment) as Moment | null;
if (asked) dieAt(asked);
const service = await createService({
  store,
  analysis: analysisModule(),
  adminPassword: ADMIN_PASSWORD,
  log: { level: 'error' },
});
process.stdout.write(`${await service.listen(0)}\n`);
