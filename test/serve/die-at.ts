import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite';
import type { Moment } from './killable.ts';

/**
 * Loaded before anything else, in each thread of a service: the one with the connection that writes kills
 * the process, by the signal that no process can answer, at the moment that `WIRESIFT_DIE_AT` names.
 */
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

const asked = JSON.parse(process.env['WIRESIFT_DIE_AT'] ?? 'null') as Moment | null;
if (asked) dieAt(asked);
