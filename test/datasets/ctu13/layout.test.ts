import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partName } from '../../../src/datasets/ctu13/files.ts';
import { directionWord } from '../../../src/datasets/ctu13/format.ts';
import { layoutOf } from '../../../src/datasets/ctu13/layout.ts';
import { isBinetflow } from '../../../src/datasets/index.ts';

const NAMES =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes';
const CELLS = '2011/08/16 10:01:46.972101,1.5,tcp,10.0.0.1,1,   ->,10.0.0.2,80,S_,0,,1,60';

test('a header maps cells by name, in any order and case', () => {
  const names = `${NAMES},SrcBytes,Label`.split(',').reverse().join('\t').toUpperCase();
  const layout = layoutOf(`\uFEFF${names}\r`);
  assert.equal(layout?.separator, 9);
  assert.deepEqual(layout?.cells, [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.equal(layout?.label, 0);
  assert.equal(layout?.header, true);
});

test('columns that older captures lack are empty, others must be there', () => {
  assert.deepEqual(layoutOf(NAMES)?.cells.at(-1), -1);
  assert.equal(layoutOf(NAMES)?.label, -1);
  assert.equal(layoutOf(NAMES.replace('Proto', 'Protocol')), undefined);
});

test('without a header the number of cells and their content tell', () => {
  const places = (more: string) => {
    const layout = layoutOf(CELLS + more);
    return [layout?.cells.at(-1), layout?.label, layout?.fields, layout?.header];
  };
  assert.deepEqual(places(''), [-1, -1, 13, false]);
  assert.deepEqual(places(',60'), [13, -1, 14, false]);
  assert.deepEqual(places(',flow=Background'), [-1, 13, 14, false]);
  assert.deepEqual(places(',60,'), [13, 14, 15, false]);
  assert.deepEqual(places(',60,1,'), [13, 15, 16, false]);
  assert.deepEqual(places(',60,1'), [13, -1, 15, false]);
  assert.deepEqual(places(',60,s[2]=AA==,,flow=x'), [13, 16, 17, false]);
});

test('other files are not taken for flows', () => {
  const taken = (text: string) => isBinetflow(Buffer.from(text));
  assert.ok(taken(`${NAMES}\nrest`));
  assert.ok(taken(`${CELLS},60,\n`));
  for (const text of ['', '\n', 'a,b,c\n', `\0${NAMES}\n`, ','.repeat(500), '{"a":1}\n']) {
    assert.equal(taken(text), false, text);
  }
  assert.equal(isBinetflow(Uint8Array.of(0x1f, 0x8b, 8, 0)), false);
});

test('directions lose padding and foreign words', () => {
  assert.equal(directionWord('   ->'), '->');
  assert.equal(directionWord(' get_message  ->'), '->');
  assert.equal(directionWord('  <? '), '<?');
  assert.equal(directionWord('  who'), 'who');
  assert.equal(directionWord('   '), '');
  assert.equal(directionWord(' something  new '), 'something new');
});

test('a file of the publisher is named by its scenario', () => {
  assert.equal(partName('/x/capture20110816.binetflow.gz'), 'scenario-6');
  assert.equal(partName('capture20110815-3.binetflow'), 'scenario-13');
  assert.equal(partName('/x/mine.binetflow.gz'), 'mine');
});
