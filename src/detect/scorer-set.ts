import {
  argusSchema,
  argusTable,
  type ConnBatch,
  type FlowBatch,
  type KddRows,
  kddSchema,
  kddTable,
  zeekSchema,
  zeekTable,
} from '../flow/index.ts';
import { schemaId, type Table } from '../table/index.ts';
import type { Detection } from './detection.ts';
import type { ModelFacts, ModelScores } from './host.ts';
import type { FlowScorer } from './scorer.ts';
import { ViewFlows } from './view-flows.ts';

const ARGUS = schemaId(argusSchema);
const ZEEK = schemaId(zeekSchema);
const KDD = schemaId(kddSchema);

/** Rows of one view as the models saw them; valid during the call alone. */
export interface ScoredRows {
  readonly table: Table;
  /** Serial numbers of the rows' flows, by which evidence names them; at least as many as rows. */
  readonly ids: Float64Array;
  readonly scored: readonly ModelScores[];
}

/**
 * Several models together: each scores the rows of its own view, which is made once for all that read
 * it, and a detection counts their scores by host.
 */
export class ScorerSet {
  readonly #scorers: readonly FlowScorer[];
  readonly #flows = new ViewFlows();
  readonly #onRows: ((rows: ScoredRows) => void) | undefined;

  /** @param onRows is shown all rows that are handed to a detection, with their scores */
  constructor(scorers: readonly FlowScorer[], onRows?: (rows: ScoredRows) => void) {
    this.#scorers = scorers;
    this.#onRows = onRows;
  }

  /** What detection must know of the models, in the order of their scores. */
  get facts(): ModelFacts[] {
    return this.#scorers.map(({ facts }) => facts);
  }

  /** Whether a model reads this schema. */
  reads(schema: string): boolean {
    return this.#scorers.some((scorer) => scorer.schema === schema);
  }

  /** Views that must be metered beside the records of the argus view, which detectors need. */
  get needs(): { readonly zeek: boolean; readonly kdd: boolean } {
    return { zeek: this.reads(ZEEK), kdd: this.reads(KDD) };
  }

  /** Before another stretch of traffic: what models remember of hosts is forgotten. */
  restart(): void {
    for (const scorer of this.#scorers) scorer.restart();
  }

  /** Scores of all models of the table's schema. */
  score(table: Table): ModelScores[] {
    const schema = schemaId(table.schema);
    return this.#scorers.flatMap((scorer, model) =>
      scorer.schema === schema ? [{ model, ...scorer.scoreTable(table) }] : [],
    );
  }

  /** Hands records of the meter to detectors and models. */
  addBatch(detection: Detection, batch: FlowBatch): void {
    if (!this.reads(ARGUS) && !this.#onRows) {
      detection.addBatch(batch);
      return;
    }
    detection.addBatch(batch, this.#show(argusTable(batch), batch));
  }

  /**
   * Hands records of flows that are still open to a detection that is a copy: nothing is remembered of
   * them, so models that read what hosts did before say nothing of them.
   */
  addOpen(scout: Detection, batch: FlowBatch): void {
    const table = argusTable(batch);
    const scored = this.#scorers.flatMap((scorer, model) =>
      scorer.schema === ARGUS && !scorer.remembers ? [{ model, ...scorer.scoreTable(table) }] : [],
    );
    scout.addBatch(batch, scored);
  }

  /** Hands connections to the models of the zeek view. */
  addConns(detection: Detection, conns: ConnBatch): void {
    const flows = this.#flows.ofConns(conns);
    detection.addScores(flows, this.#show(zeekTable(conns), flows));
  }

  /** Hands rows to the models of the kdd view. */
  addKdd(detection: Detection, rows: KddRows): void {
    const flows = this.#flows.ofKdd(rows);
    detection.addScores(flows, this.#show(kddTable(rows), flows));
  }

  #show(table: Table, { id: ids }: FlowBatch): ModelScores[] {
    const scored = this.score(table);
    this.#onRows?.({ table, ids, scored });
    return scored;
  }
}
