import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../../src/base/index.ts';
import { parseMapping } from '../../../src/datasets/index.ts';
import { argusSchema } from '../../../src/flow/index.ts';

const whole = {
  name: 'site',
  columns: { Dur: 'numeric', Proto: 'categorical', Src: 'identity', Label: 'label' },
};
const parse = (json: object) => parseMapping(JSON.stringify(json), 'm.json');

/** Each mistake with what the message must name: where, what was seen or what to write instead. */
const MISTAKES: readonly (readonly [what: string, json: object, ...says: RegExp[]])[] = [
  ['no name', { columns: whole.columns }, /m\.json, name/, /small letters/],
  ['a name with capitals', { ...whole, name: 'My Data' }, /"My Data"/],
  ['an unknown member', { ...whole, colums: {} }, /"colums"/, /columns/],
  ['no columns', { name: 'a' }, /m\.json, columns/, /object/],
  ['an unknown role', { ...whole, columns: { ...whole.columns, Dur: 'number' } }, /Dur/, /numeric/],
  ['no role', { ...whole, columns: { ...whole.columns, Dur: {} } }, /Dur/, /a role/],
  ['no label', { ...whole, columns: { Dur: 'numeric' } }, /role label/],
  ['no feature', { ...whole, columns: { Src: 'identity', Label: 'label' } }, /no feature/],
  [
    'two times',
    { ...whole, columns: { ...whole.columns, a: 'time', b: 'time' } },
    /several columns of the role time/,
  ],
  [
    'as without a view',
    { ...whole, columns: { ...whole.columns, Dur: { role: 'numeric', as: 'Dur' } } },
    /names no view/,
  ],
  ['an unknown view', { ...whole, view: 'netflow' }, /argus, zeek, kdd/],
  [
    'a role that the view gives',
    { ...whole, view: 'argus' },
    /Dur/,
    /"as" with a column of the view argus/,
  ],
  [
    'a column that the view lacks',
    { ...whole, view: 'argus', columns: { d: { as: 'Duration' }, Label: 'label' } },
    /d, as/,
    /StartTime/,
  ],
  [
    'one column of the view twice',
    { ...whole, view: 'argus', columns: { d: { as: 'Dur' }, e: { as: 'Dur' }, Label: 'label' } },
    /"Dur" twice/,
  ],
  [
    'a time form for a number',
    { ...whole, columns: { ...whole.columns, Dur: { role: 'numeric', time: 'seconds' } } },
    /Dur, time/,
  ],
  [
    'an unknown time form',
    { ...whole, columns: { ...whole.columns, t: { role: 'time', time: 'unix' } } },
    /day-first/,
  ],
  [
    'a factor of words',
    { ...whole, columns: { ...whole.columns, Proto: { role: 'categorical', factor: 2 } } },
    /Proto, factor/,
  ],
  [
    'a factor of 0',
    { ...whole, columns: { ...whole.columns, Dur: { role: 'numeric', factor: 0 } } },
    /other than 0/,
  ],
  ['a delimiter of two characters', { ...whole, delimiter: '::' }, /delimiter/, /"tab"/],
  ['a digit as delimiter', { ...whole, delimiter: '1' }, /delimiter/],
  ['a header that is a word', { ...whole, header: 'yes' }, /true or false/],
  ['an empty mark like a number', { ...whole, empty: ['9999'] }, /does not begin with a digit/],
  ['no targets', { ...whole, targets: {} }, /at least one target/],
  ['a target of no label', { ...whole, targets: { a: { column: 'Dur' } } }, /role label: Label/],
  ['a class that is a number', { ...whole, targets: { a: { values: { x: 1 } } } }, /values, x/],
];

test('every mistake is a usage error that names the place and what belongs there', () => {
  for (const [what, json, ...says] of MISTAKES) {
    assert.throws(
      () => parse(json),
      (error) => {
        assert.ok(error instanceof WiresiftError, what);
        assert.equal(error.code, 'DATASET_MAPPING', what);
        assert.equal(error.exitCode, 2);
        for (const pattern of says) assert.match(error.message, pattern, what);
        return true;
      },
    );
  }
  assert.throws(() => parseMapping('{ "name": }', 'm.json'), /m\.json.*JSON/s);
  assert.throws(() => parseMapping('[1]', 'm.json'), /an object/);
});

test('roles become the table own schema; a view keeps its own', () => {
  const own = parse(whole);
  assert.deepEqual(
    own.schema.columns.map(({ name, type, role, live }) => [name, type, role, live]),
    [
      ['Dur', 'number', 'feature', false],
      ['Proto', 'text', 'feature', false],
      ['Src', 'text', 'identity', false],
      ['Label', 'text', 'label', false],
    ],
  );
  assert.equal(own.schema.name, 'mapped-site');
  assert.deepEqual(
    own.targets.map(({ name, column }) => [name, column]),
    [['Label', 'Label']],
  );
  const argus = parse({
    name: 'site',
    view: 'argus',
    columns: { d: { as: 'Dur' }, s: { as: 'SrcAddr', role: 'group' }, y: 'label', z: 'ignore' },
  });
  assert.equal(argus.schema, argusSchema);
  assert.deepEqual(
    argus.columns.map(({ name, role }) => [name, role]),
    [
      ['d', 'numeric'],
      ['s', 'group'],
      ['y', 'label'],
    ],
  );
  assert.ok(argus.ignored.has('z'));
});
