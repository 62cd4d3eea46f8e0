import { sql } from 'kysely';
import type { Database, Executor } from './database.ts';
import { EditableRows } from './editable.ts';
import { plainCell } from './fields.ts';
import type { HostRecord, HostTraffic } from './records.ts';
import type { Actor, HostStore } from './store.ts';
import { HOSTS } from './tables.ts';

/** Rows of one statement: few enough that putting it together holds up nobody. */
const CHUNK = 250;

/** A host as first met, before anything is summed. */
function emptyHost(
  id: string,
  first: number,
  last: number,
  now: number,
): Record<string, number | string> {
  return {
    id,
    version: 1,
    created_at: now,
    changed_at: now,
    first,
    last,
    flows: 0,
    bytes: 0,
    alerts: 0,
    open_alerts: 0,
    name: '',
    note: '',
  };
}

/** Sees to it that hosts are on the list. */
export async function meetHosts(
  work: Executor,
  now: number,
  hosts: readonly { host: string; first: number; last: number }[],
): Promise<void> {
  const met = new Map(
    hosts.map(({ host, first, last }) => [host, emptyHost(host, first, last, now)]),
  );
  // In one order everywhere: two transactions that lock the same rows then wait, and do not deadlock.
  const rows = [...met.keys()].sort().map((id) => met.get(id)!);
  for (let i = 0; i < rows.length; i += CHUNK) {
    await work
      .insertInto('hosts')
      .values(rows.slice(i, i + CHUNK))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}

/** Counts the alerts of hosts anew, in the transaction that changed them. */
export async function countAlerts(work: Executor, hosts: Iterable<string>): Promise<void> {
  const ids = [...new Set(hosts)].sort();
  const open = sql`host = hosts.id and state = 'open' and suppressed_by is null`;
  for (let i = 0; i < ids.length; i += CHUNK) {
    await work
      .updateTable('hosts')
      .set({
        alerts: sql<number>`(select count(*) from alerts where host = hosts.id)`,
        open_alerts: sql<number>`(select count(*) from alerts where ${open})`,
        worst: sql<number>`(select max(severity) from alerts where ${open})`,
      })
      .where('id', 'in', ids.slice(i, i + CHUNK))
      .execute();
  }
}

/** Sums what each origin showed anew. */
async function sumTraffic(work: Executor, now: number, hosts: readonly string[]): Promise<void> {
  const of = (what: string) =>
    sql<number>`(select ${sql.raw(what)} from host_traffic where host = hosts.id)`;
  for (let i = 0; i < hosts.length; i += CHUNK) {
    await work
      .updateTable('hosts')
      .set({
        first: sql<number>`coalesce(${of('min(first)')}, first)`,
        last: sql<number>`coalesce(${of('max(last)')}, last)`,
        flows: sql<number>`coalesce(${of('sum(flows)')}, 0)`,
        bytes: sql<number>`coalesce(${of('sum(bytes)')}, 0)`,
        changed_at: now,
      })
      .where('id', 'in', hosts.slice(i, i + CHUNK))
      .execute();
  }
}

/** Forgets what one origin showed; hosts of which nothing else is known go with it. */
export async function forgetOrigin(work: Executor, now: number, origin: string): Promise<void> {
  const rows = await work
    .deleteFrom('host_traffic')
    .where('origin', '=', origin)
    .returning('host')
    .execute();
  const hosts = rows.map(({ host }) => String(host));
  await sumTraffic(work, now, hosts);
  for (let i = 0; i < hosts.length; i += CHUNK) {
    await work
      .deleteFrom('hosts')
      .where('id', 'in', hosts.slice(i, i + CHUNK))
      .where('alerts', '=', 0)
      .where('name', '=', '')
      .where('note', '=', '')
      .where(sql<boolean>`not exists (select 1 from host_traffic where host = hosts.id)`)
      .execute();
  }
}

/** Hosts over the data base. */
export class Hosts extends EditableRows<HostRecord> implements HostStore {
  constructor(database: Database) {
    super(database, HOSTS, 'host');
  }

  async note(origin: string, traffic: readonly HostTraffic[]): Promise<void> {
    // Twice the same host in one call would meet its own row in one statement.
    const rows = [...new Map(traffic.map((one) => [plainCell(one.host), one])).entries()].map(
      ([host, { first, last, flows, bytes }]) => ({ origin, host, first, last, flows, bytes }),
    );
    // Each piece in a transaction of its own: nobody waits for a hundred thousand hosts. Noting them
    // again, as an attempt after a crash does, says the same.
    for (let i = 0; i < rows.length; i += CHUNK) await this.#note(rows.slice(i, i + CHUNK));
  }

  async #note(rows: (HostTraffic & { readonly origin: string })[]): Promise<void> {
    const now = this.database.now();
    await this.database.db.transaction().execute(async (work) => {
      await meetHosts(work, now, rows);
      await work
        .insertInto('host_traffic')
        .values(rows.map((row) => ({ ...row })))
        .onConflict((conflict) =>
          conflict.columns(['host', 'origin']).doUpdateSet((eb) => ({
            first: eb.ref('excluded.first'),
            last: eb.ref('excluded.last'),
            flows: eb.ref('excluded.flows'),
            bytes: eb.ref('excluded.bytes'),
          })),
        )
        .execute();
      await sumTraffic(
        work,
        now,
        rows.map(({ host }) => host),
      );
    });
  }

  async traffic(host: string): Promise<(HostTraffic & { readonly origin: string })[]> {
    const rows = await this.database.db
      .selectFrom('host_traffic')
      .selectAll()
      .where('host', '=', host)
      .orderBy('first')
      .orderBy('origin')
      .execute();
    return rows.map(({ origin, first, last, flows, bytes }) => ({
      origin: String(origin),
      host,
      first: Number(first),
      last: Number(last),
      flows: Number(flows),
      bytes: Number(bytes),
    }));
  }

  override async change(
    id: string,
    version: number,
    patch: Partial<Pick<HostRecord, 'name' | 'note'>>,
    actor: Actor,
  ): Promise<HostRecord> {
    // All else follows from the traffic.
    const { name, note } = patch;
    const own = {
      ...(name === undefined ? {} : { name }),
      ...(note === undefined ? {} : { note }),
    };
    return super.change(id, version, own, actor);
  }
}
