import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import {
  abstentionName,
  abstentionOf,
  chooseAbstention,
  limitFor,
} from '../../src/evaluate/abstention.ts';
import type { Answers } from '../../src/evaluate/answers.ts';

/** Answers as sure as they ought to be, or surer by `boast`. */
function drawn(rows: number, seed: number, boast = 0): Answers {
  const random = new Random(seed);
  const confidence = Float64Array.from({ length: rows }, () => 0.5 + random.next() / 2);
  const right = Uint8Array.from(confidence, (own) => Number(random.next() < own - boast));
  return { confidence, right };
}

const errorFrom = ({ confidence, right }: Answers, limit: number): number => {
  const kept = [...confidence.keys()].filter((i) => confidence[i]! >= limit);
  return kept.filter((i) => right[i] === 0).length / kept.length;
};

test('the limit keeps the error on rows it has not seen, nineteen times in twenty', () => {
  const many = drawn(200_000, 99);
  let broken = 0;
  let found = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const limit = limitFor(drawn(2000, seed), 0.1);
    if (limit === undefined) continue;
    found++;
    if (errorFrom(many, limit) > 0.1) broken++;
  }
  assert.ok(found > 95, `${found} found`);
  assert.ok(broken <= 5, `${broken} of ${found} broken`);
});

test('it abstains no more than it must, never without need, and not at all when nothing helps', () => {
  // Confidence from 0.8 on is wrong one time in ten: the limit is there, less the certainty asked for.
  const limit = limitFor(drawn(50_000, 5), 0.1)!;
  assert.ok(limit > 0.8 && limit < 0.83, `${limit}`);
  assert.equal(limitFor(drawn(50_000, 5), 0.3), 0);
  assert.equal(limitFor(drawn(50_000, 5, 0.4), 0.1), undefined);
  assert.equal(limitFor(drawn(20, 5), 0.01), undefined);
  assert.equal(
    limitFor({ confidence: new Float64Array(0), right: new Uint8Array(0) }, 0.1),
    undefined,
  );
});

test('rows that are equally sure are kept or left together', () => {
  const confidence = Float64Array.from({ length: 2000 }, (_, i) => (i < 1000 ? 0.9 : 0.6));
  const right = Uint8Array.from(confidence, (own, i) => Number(own === 0.9 || i % 2 === 0));
  const limit = limitFor({ confidence, right }, 0.05);
  assert.equal(limit, 0.75);
});

const rows = 4000;
const random = new Random(3);
const scores = Float32Array.from({ length: rows }, () => random.next());
const input = {
  classes: ['normal', 'dos', 'scan'],
  labels: Int32Array.from(scores, (score) => (random.next() < score ? 1 + random.int(2) : 0)),
  probabilities: Float32Array.from({ length: 3 * rows }, (_, at) => {
    const score = scores[Math.floor(at / 3)]!;
    return at % 3 === 0 ? 1 - score : score / 2;
  }),
  harmless: 0,
  scores,
  threshold: 0.5,
};

test('a method is kept by name with what it reached on the rows that chose it', () => {
  const found = chooseAbstention(input, { kind: 'below', confidence: 0.8 })!;
  assert.ok(Math.abs(found.from - 0.2) < 1e-9 && Math.abs(found.to - 0.8) < 1e-9);
  assert.equal(found.class, 0.8);
  assert.equal(found.method, 'below 0.8');
  const [harm, types] = found.detail as { abstained: { value: number }; rest: { value: number } }[];
  assert.ok(Math.abs(harm!.abstained.value - 0.6) < 0.05);
  assert.ok(harm!.rest.value < 0.15);
  // A threat is one of two that nothing tells apart: only the surely harmless are told.
  assert.ok(Math.abs(types!.abstained.value - 0.8) < 0.05);
  assert.equal(chooseAbstention(input, { kind: 'never' }), undefined);
  assert.equal(abstentionName({ kind: 'error', rate: 0.01 }), 'error<=0.01');
});

test('asked for in vain it is an error; the usual choice of a kind is a warning', () => {
  const never = { kind: 'error', rate: 1e-6 } as const;
  assert.throws(() => chooseAbstention(input, never), { code: 'THRESHOLD' });
  assert.throws(() => abstentionOf('forest', input, never), { code: 'THRESHOLD' });
  assert.deepEqual(abstentionOf('forest', input, undefined), { warnings: [] });
  const noisy = { ...input, labels: input.labels.map(() => random.int(3)) };
  const { warnings, abstention } = abstentionOf('staged', noisy, undefined);
  assert.equal(abstention, undefined);
  assert.match(warnings[0]!, /NEVER ABSTAINS/);
});
