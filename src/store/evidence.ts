import type { Evidence } from '../detect/index.ts';
import { evidenceCells } from './alert-cells.ts';
import type { Database } from './database.ts';
import type { EvidenceRecord } from './records.ts';
import { TableRows } from './rows.ts';
import type { EvidenceStore } from './store.ts';
import { EVIDENCE } from './tables.ts';

const CHUNK = 500;

/** Evidence over the data base. */
export class EvidenceRows extends TableRows<EvidenceRecord> implements EvidenceStore {
  constructor(database: Database) {
    super(database, EVIDENCE);
  }

  async put(
    items: readonly { id: string; evidence: Evidence; origin: string | null }[],
  ): Promise<void> {
    const unique = [...new Map(items.map((item) => [item.id, item])).values()];
    await this.database.db.transaction().execute(async (work) => {
      for (let i = 0; i < unique.length; i += CHUNK) {
        const rows = unique
          .slice(i, i + CHUNK)
          .map(({ id, evidence, origin }) => evidenceCells(id, evidence, origin, null));
        await work
          .insertInto('evidence')
          .values(rows)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }
    });
  }
}
