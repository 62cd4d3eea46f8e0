import { WiresiftError } from '../base/index.ts';
import { type ColumnSpec, columnIndex, type Schema } from '../table/index.ts';

/** Which columns of a schema become features. */
export interface FeatureChoice {
  /** Exactly these columns, in schema order; absent: every live column of role `feature`. */
  readonly only?: readonly string[];
  /** Columns to leave out. */
  readonly drop?: readonly string[];
  /** Lets `only` name columns of role identity, time or context. */
  readonly allowIdentity?: boolean;
  /** Lets columns through that the meter cannot compute from packets. */
  readonly allowOffline?: boolean;
}

/**
 * The columns that may be used as features, in schema order. Without `only`, columns that are not
 * features or not live are left out silently; a column named in `only` is refused instead.
 *
 * @throws WiresiftError `FEATURE_COLUMN` for a name the schema has not, or when nothing is left
 * @throws WiresiftError `FEATURE_IDENTITY` for a named identity, time or context column without
 *   `allowIdentity`, and for a label column always
 * @throws WiresiftError `FEATURE_NOT_LIVE` for a named offline column without `allowOffline`
 */
export function chooseFeatures(schema: Schema, choice: FeatureChoice = {}): readonly ColumnSpec[] {
  for (const name of [...(choice.only ?? []), ...(choice.drop ?? [])]) find(schema, name);
  const dropped = new Set(choice.drop);
  const named = choice.only ? new Set(choice.only) : undefined;
  const chosen: ColumnSpec[] = [];
  for (const column of schema.columns) {
    if (dropped.has(column.name)) continue;
    if (named) {
      if (!named.has(column.name)) continue;
      checkFeature(schema, column.name, choice);
      chosen.push(column);
    } else if (column.role === 'feature' && (column.live || choice.allowOffline)) {
      chosen.push(column);
    }
  }
  if (chosen.length > 0) return chosen;
  throw new WiresiftError({
    code: 'FEATURE_COLUMN',
    where: `schema ${schema.name}`,
    saw: 'a choice that leaves no column',
    expected: 'at least one feature',
    todo: 'Drop fewer columns',
  });
}

/**
 * Checks that one column may be used as a feature.
 * @returns the column
 * @throws as {@link chooseFeatures}
 */
export function checkFeature(
  schema: Schema,
  name: string,
  allow: Pick<FeatureChoice, 'allowIdentity' | 'allowOffline'>,
): ColumnSpec {
  const column = find(schema, name);
  const where = `schema ${schema.name}, column ${name}`;
  if (column.role === 'label' || (column.role !== 'feature' && !allow.allowIdentity)) {
    throw new WiresiftError({
      code: 'FEATURE_IDENTITY',
      where,
      saw: `a column of role ${column.role}`,
      expected: 'a column of role feature',
      todo:
        column.role === 'label'
          ? 'A label is what a model predicts: leave it out'
          : 'Leave it out, or allow identity columns and say so in the report',
    });
  }
  if (!column.live && !allow.allowOffline) {
    throw new WiresiftError({
      code: 'FEATURE_NOT_LIVE',
      where,
      saw: 'a column that cannot be computed from packets',
      expected: 'a column that the meter yields',
      todo: 'Leave it out, or allow offline columns for a model that never runs live',
    });
  }
  return column;
}

function find(schema: Schema, name: string): ColumnSpec {
  const column = schema.columns[columnIndex(schema, name)];
  if (column) return column;
  throw new WiresiftError({
    code: 'FEATURE_COLUMN',
    where: `schema ${schema.name}`,
    saw: `the column name ${name}`,
    expected: `one of ${schema.columns.map((each) => each.name).join(', ')}`,
    todo: 'Check the spelling; names are case-sensitive',
  });
}
