import assert from 'node:assert/strict';
import { type Model, modelKind } from '../../src/models/index.ts';

/** One number of one tensor, and what it becomes. */
export type Damage = readonly [name: string, at: number, value: number];

/** Loads a model from its own tensors as they are, then once with each damage: all are refused. */
export function refusesDamage(model: Model, damages: readonly Damage[]): void {
  const load = (damage?: Damage): void => {
    const tensors = new Map(
      model.tensors().map((each) => [each.name, { ...each, data: each.data.slice() }]),
    );
    if (damage) {
      const [name, at, value] = damage;
      const { data } = tensors.get(name)!;
      assert.ok(at < data.length, `${name} has ${data.length} numbers`);
      data[at] = value;
    }
    const { kind, parameters, classes, features } = model;
    modelKind(kind).load({ kind, parameters, classes, features, tensors });
  };
  load();
  for (const damage of damages) {
    assert.throws(() => load(damage), { code: 'MODEL_FILE' }, damage.join(' '));
  }
}
