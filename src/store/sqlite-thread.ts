import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteAsked, SqliteThreadOptions, SqliteTold } from './sqlite-lane.ts';
import { CLOSE } from './sqlite-lane.ts';
import { openSqlite, type SqliteAnswer, SqliteStatements } from './sqlite-statements.ts';

/** A thread that owns one connection to SQLite and answers one statement after the other. */
const { path, lockMillis, readOnly } = workerData as SqliteThreadOptions;
const port = parentPort!;
const database = openSqlite(path, lockMillis);
if (readOnly) database.exec('pragma query_only = true');
const statements = new SqliteStatements(database);

const NOTHING: SqliteAnswer = { rows: [] };

function answer({ sql, parameters }: SqliteAsked): SqliteAnswer {
  if (parameters) return statements.query(sql, parameters);
  if (sql === CLOSE) statements.close();
  else statements.execute(sql);
  return NOTHING;
}

port.on('message', (asked: SqliteAsked) => {
  let told: SqliteTold;
  try {
    told = { answer: answer(asked) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    told = { problem: { message, ...(errcode === undefined ? {} : { errcode }) } };
  }
  port.postMessage(told);
});
