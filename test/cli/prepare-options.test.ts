import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPreparation } from '../../src/cli/prepare-options.ts';
import { specFor } from '../../src/evaluate/index.ts';
import { defaultSpec } from '../../src/features/index.ts';
import { argusSchema } from '../../src/flow/index.ts';

const table = { schema: argusSchema, rows: 0, columns: [] };

/** How words and numbers that are categories end, for a kind that embeds and one that does not. */
async function encoders(encode?: string): Promise<string[]> {
  const given = { log: true, select: [], ...(encode === undefined ? {} : { encode }) };
  const { spec } = await readPreparation(given, defaultSpec(argusSchema));
  return ['ann', 'forest'].flatMap((modelKind) => {
    const { plans } = specFor({ data: { table }, spec, modelKind });
    return ['Proto', 'sTos'].map(
      (name) => plans.find(({ from }) => from === name)!.steps.at(-1)!.kind,
    );
  });
}

test('words come as the kind takes them, unless --encode says how', async () => {
  assert.deepEqual(await encoders(), ['ordinal', 'ordinal', 'oneHot', 'oneHot']);
  assert.deepEqual(await encoders('one-hot'), ['oneHot', 'oneHot', 'oneHot', 'oneHot']);
  assert.deepEqual(await encoders('ordinal'), ['ordinal', 'ordinal', 'ordinal', 'oneHot']);
  assert.deepEqual(await encoders('hash:8'), ['hashing', 'oneHot', 'hashing', 'oneHot']);
  await assert.rejects(encoders('codes'), { code: 'USAGE' });
});
