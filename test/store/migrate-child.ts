import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../src/store/index.ts';

const [folder, stop] = process.argv.slice(2);
let steps = 0;

/** Counts a step of a transaction; at the one asked for, says so and waits to be killed. */
function step(name: string): void {
  steps += 1;
  if (steps <= Number(stop)) return;
  writeSync(1, `${name}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const { prepare, exec } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string) {
  if (this.isTransaction) step('inside');
  return prepare.call(this, sql);
};
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  const commits = this.isTransaction && /^commit/i.test(sql);
  if (commits) step('inside');
  exec.call(this, sql);
  if (commits) step('committed');
};

/** Opens the store of a folder, which brings its tables up to date. */
const store = await openStore({ folder: folder! });
writeSync(1, 'open\n');
await store.close();
