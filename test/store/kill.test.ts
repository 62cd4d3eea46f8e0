import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyPostgres, POSTGRES_URL } from '../contracts/store-engines.ts';
import { temporaryFolder } from './fixtures.ts';
import { killManyTimes } from './kill-proof.ts';

/** Hundreds by `WIRESIFT_KILLS=300 node --test test/store/kill.test.ts`. */
const KILLS = Number(process.env['WIRESIFT_KILLS'] ?? 25);

test(`nothing acknowledged is lost over ${KILLS} kills`, async (t) => {
  const folder = temporaryFolder(t);
  const sum = await killManyTimes({
    kills: KILLS,
    seed: 7,
    // Every fifth run begins an empty store, so that kills meet the migration too.
    folder: (run) => join(folder, run % 5 === 4 ? `new-${run}` : `old-${Math.floor(run / 50)}`),
  });
  t.diagnostic(`${sum} acknowledgements, all kept`);
  assert.ok(sum > KILLS);
});

const left = POSTGRES_URL === '' && 'PostgreSQL is left out: WIRESIFT_POSTGRES_URL is not set';
const SOME = Math.ceil(KILLS / 5);

test(`the same over ${SOME} kills, with the rows in PostgreSQL`, { skip: left }, async (t) => {
  const url = await emptyPostgres(t);
  const folder = temporaryFolder(t);
  const sum = await killManyTimes({ kills: SOME, seed: 8, folder: () => join(folder, 'one'), url });
  t.diagnostic(`${sum} acknowledgements, all kept`);
  assert.ok(sum > SOME);
});
