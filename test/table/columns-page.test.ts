import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pagePath, pageSchemas } from '../../docs/columns/generate.ts';
import { columnsPage } from '../../src/table/index.ts';
import { sampleSchema } from './sample.ts';

test('every column has its row, and no meaning breaks the table', () => {
  const lines = columnsPage(sampleSchema)
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  assert.ok(lines.includes('| `When` | time | us | time | yes | a time |'));
  assert.ok(lines.includes('| `Word` | text | | identity | no | a word |'));
  assert.ok(lines.some((line) => line.includes('a \\| number')));
});

for (const schema of pageSchemas) {
  test(`docs/columns/${schema.name}.md is up to date`, () => {
    assert.equal(
      readFileSync(pagePath(schema), 'utf8'),
      columnsPage(schema),
      'run: node docs/columns/generate.ts',
    );
  });
}
