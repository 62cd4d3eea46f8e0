import type { TestContext } from 'node:test';
import pg from 'pg';
import type { Store, StoreOptions } from '../../src/store/index.ts';
import { temporaryStore } from '../store/fixtures.ts';

/** Address of a server on which the tests may create data bases. */
export const POSTGRES_URL = process.env['WIRESIFT_POSTGRES_URL'] ?? '';

let made = 0;

/** An empty data base on the server. @returns its address, and what drops it */
export async function makeDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `wiresift_test_${process.pid}_${made++}`;
  const admin = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: POSTGRES_URL });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${name}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(`drop database if exists ${name} with (force)`) };
}

/** The same, dropped after the test. @returns its address */
export async function emptyPostgres(context: TestContext): Promise<string> {
  const { url, drop } = await makeDatabase();
  context.after(drop);
  return url;
}

/** An engine the store can keep its rows in, and whether it is there. */
export interface Engine {
  readonly name: 'sqlite' | 'sqlite in threads' | 'postgres';
  /** What lies beneath. */
  readonly engine: 'sqlite' | 'postgres';
  /** Why it is left out, or false. */
  readonly skip: string | false;
  open(context: TestContext, options?: Partial<StoreOptions>): Promise<Store>;
}

/** Every engine; the contract holds for each. */
export const ENGINES: readonly Engine[] = [
  {
    name: 'sqlite',
    engine: 'sqlite',
    skip: false,
    open: (context, options) => temporaryStore(context, options),
  },
  {
    name: 'sqlite in threads',
    engine: 'sqlite',
    skip: false,
    open: (context, options) => temporaryStore(context, { ...options, threads: true }),
  },
  {
    name: 'postgres',
    engine: 'postgres',
    skip: POSTGRES_URL === '' ? 'PostgreSQL is left out: WIRESIFT_POSTGRES_URL is not set' : false,
    async open(context, options) {
      const url = await emptyPostgres(context);
      return temporaryStore(context, { ...options, url });
    },
  },
];
