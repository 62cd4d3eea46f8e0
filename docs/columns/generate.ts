import { writeWhole } from '../../src/base/index.ts';
import { argusSchema, kddSchema, windowSchemaColumns, zeekSchema } from '../../src/flow/index.ts';
import { columnsPage, type Schema } from '../../src/table/index.ts';

/** What host windows append to a view; the schema of the two together is named `argus+windows`. */
const windows: Schema = { name: 'windows', version: 1, columns: windowSchemaColumns() };

/** The schemas that have a page. */
export const pageSchemas: readonly Schema[] = [argusSchema, kddSchema, zeekSchema, windows];

/** Where the page of a schema lies. */
export function pagePath(schema: Schema): URL {
  return new URL(`./${schema.name}.md`, import.meta.url);
}

if (import.meta.main) {
  for (const schema of pageSchemas) writeWhole(pagePath(schema).pathname, columnsPage(schema));
}
