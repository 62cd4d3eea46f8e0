import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TREE_KERNELS } from '../../../src/models/kernels/binary.ts';
import { instantiate, moduleOf } from '../../../src/models/kernels/instantiate.ts';
import { MemoryLayout } from '../../../src/models/kernels/layout.ts';
import { SCORE_KERNELS } from '../../../src/models/kernels/score-binary.ts';

const unused = (): never => assert.fail('the plain kernels are not asked for');

describe('instantiate', () => {
  it('compiles a text once and gives each memory kernels of its own', () => {
    assert.ok(moduleOf(TREE_KERNELS));
    assert.equal(moduleOf(TREE_KERNELS), moduleOf(TREE_KERNELS));
    assert.notEqual(moduleOf(TREE_KERNELS), moduleOf(SCORE_KERNELS));
    const kernels = [1, 2].map(() => {
      const layout = new MemoryLayout('test');
      const cells = layout.take(4);
      const memory = layout.allocate();
      interface Kernels {
        notFinite(cells: number, count: number): number;
      }
      const own = instantiate<Kernels>(SCORE_KERNELS, memory, unused);
      return { own, cell: new Float32Array(memory.buffer, cells, 1), cells };
    });
    kernels[0]!.cell[0] = Number.NaN;
    const found = kernels.map(({ own, cells }) => own.notFinite(cells, 1) !== 0);
    assert.deepEqual(found, [true, false]);
  });

  it('takes the plain kernels where the engine refuses the module', () => {
    const memory = { buffer: new SharedArrayBuffer(8) };
    const refused = Buffer.from('no module').toString('base64');
    assert.equal(moduleOf(refused), undefined);
    const plain = instantiate(refused, memory, (buffer) => ({ buffer }));
    assert.equal(plain.buffer, memory.buffer);
  });
});
