import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as wire from '../../src/serve/wire.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: boolean;
}

/** Bodies and queries that callers send. */
const REQUESTS = Object.entries(wire).filter(([name]) =>
  /(Draft|Patch|Change|Query|Params|Download)$|^(SignIn|JudgeAlerts|UndoAction|FlowFilter)$/.test(
    name,
  ),
) as unknown as [string, Schema][];

function openObjects(schema: Schema, path: string): string[] {
  const open =
    schema.type === 'object' && schema.properties && schema.additionalProperties !== false
      ? [path]
      : [];
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    openObjects(child, `${path}.${name}`),
  );
  const items = schema.items ? openObjects(schema.items, `${path}[]`) : [];
  const choices = (schema.anyOf ?? []).flatMap((child) => openObjects(child, path));
  return [...open, ...inner, ...items, ...choices];
}

test('requests take the members they name and no others', () => {
  assert.ok(REQUESTS.length > 20);
  for (const [name, schema] of REQUESTS) assert.deepEqual(openObjects(schema, name), []);
});

test('no answer has a member for a secret', () => {
  for (const [name, schema] of Object.entries(wire) as unknown as [string, Schema][]) {
    const members = Object.keys(schema.properties ?? {});
    assert.ok(!members.some((member) => /hash$/i.test(member) && member !== 'hash'), name);
    if (name === 'User' || name === 'Token') assert.ok(!members.includes('hash'), name);
  }
});

test('every text that a caller sends has a longest length', () => {
  const unbounded = (
    schema: Schema & { maxLength?: number; enum?: unknown; pattern?: string; const?: unknown },
    path: string,
  ): string[] => {
    const bounded = schema.maxLength ?? schema.enum ?? schema.pattern ?? schema.const;
    const own = schema.type === 'string' && bounded === undefined ? [path] : [];
    const children = [
      ...Object.entries(schema.properties ?? {}),
      ...(schema.items ? [['[]', schema.items] as const] : []),
      ...(schema.anyOf ?? []).map((child, i) => [String(i), child] as const),
    ];
    return [...own, ...children.flatMap(([name, child]) => unbounded(child, `${path}.${name}`))];
  };
  for (const [name, schema] of REQUESTS) assert.deepEqual(unbounded(schema, name), [], name);
});
