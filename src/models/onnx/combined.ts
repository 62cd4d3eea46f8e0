import { baseTensors } from '../calibrated/model.ts';
import { readMembers, tensorsUnder } from '../ensemble/members.ts';
import { harmlessMarks } from '../harmless.ts';
import { innerOf } from '../inner.ts';
import { modelKind } from '../registry.ts';
import { stageOf, threatClasses } from '../staged/kind.ts';
import { FIRST_CLASSES } from '../staged/model.ts';
import type { GraphBuilder } from './graph.ts';
import { addLogistic, addNormalised, addPlatt } from './linear.ts';
import { type AddKind, addBoth, addCast, numbersOf, type Part, type Shares } from './part.ts';

const AXIS = { axis: { int: 1 } };
const INT64 = { to: { int: 7 } };
const DOUBLE = { to: { int: 11 } };

/** The members of an ensemble as parts of their own, with their weights. */
function membersOf(part: Part): { readonly part: Part; readonly weight: number }[] {
  const members = readMembers(part.kind, part.parameters['members'] as string, modelKind);
  return members.map(({ kind, parameters, weight }, m) => {
    const tensors = tensorsUnder(part, `member.${m}.`);
    const { classes, features } = part;
    return { part: { kind: kind.kind, parameters, classes, features, tensors }, weight };
  });
}

/** Soft voting: the mean of the members' probabilities by weight. */
export function addVoting(add: AddKind): AddKind {
  return (graph, part, matrix) => {
    const members = membersOf(part);
    const sum = members.reduce((total, { weight }) => total + weight, 0);
    const shares = members.map((member) => {
      const own = addRounded(graph, add(graph, member.part, matrix));
      return graph.add('Mul', [own, graph.doubles([member.weight / sum])]);
    });
    const value = shares.reduce((left, right) => graph.add('Add', [left, right]));
    return { value, type: 'double' };
  };
}

/** 64-bit floats that were rounded to 32 bits, as the scores of a model are. */
function addRounded(graph: GraphBuilder, shares: Shares): string {
  return addCast(graph, { value: addCast(graph, shares, 'float'), type: 'float' }, 'double');
}

/** Stacking: the members' probabilities side by side, a logistic regression on top. */
export function addStacking(add: AddKind): AddKind {
  return (graph, part, matrix) => {
    const { classes } = part;
    const columns = membersOf(part).map((member) => {
      const shares = addCast(graph, add(graph, member.part, matrix), 'float');
      return classes.length === 2 ? graph.add('Gather', [shares, graph.ints([1])], AXIS) : shares;
    });
    const stack = columns.length === 1 ? columns[0]! : graph.add('Concat', columns, AXIS);
    const tensors = tensorsUnder(part, 'top.0.');
    const features = Array.from(numbersOf({ ...part, tensors }, 'mean'), String);
    const top = { kind: 'logistic', parameters: {}, classes, features, tensors };
    return addLogistic(graph, top, stack);
  };
}

/** The kind that a calibrated model wraps, as a part of its own. */
function baseOf(part: Part): Part {
  const plan = { owner: part.kind, name: 'base', refused: [] };
  const { kind, parameters } = innerOf(part.parameters, plan, modelKind);
  return { ...part, kind: kind.kind, parameters, tensors: baseTensors(part) };
}

/** Two stages: threat or harmless, then which threat; products of what both say. */
export function addStaged(add: AddKind): AddKind {
  return (graph, part, matrix) => {
    const { features, parameters } = part;
    const all = part.classes.length;
    const harmless = harmlessMarks(part);
    const stage = (name: 'first' | 'second', classes: readonly string[]): string => {
      const inner = stageOf(parameters, name, modelKind);
      const tensors = tensorsUnder(part, `${name}.0.`);
      const own = {
        kind: inner.kind.kind,
        parameters: inner.parameters,
        classes,
        features,
        tensors,
      };
      return addRounded(graph, add(graph, own, matrix));
    };
    const shares = Array.from(numbersOf(part, 'shares'));
    const threat = graph.add('Gather', [stage('first', FIRST_CLASSES), graph.ints([1])], AXIS);
    const rest = graph.add('Sub', [graph.doubles([1]), threat]);
    const threats = threatClasses(part.classes, harmless);
    const staged = threats.length > 1 && tensorsUnder(part, 'second.').size > 0;
    const usual = shares.slice(all).map((share, k) => (staged ? share * harmless[k]! : share));
    const calm = graph.add('Mul', [rest, graph.doubles(usual)]);
    if (!staged) {
      const own = graph.add('Mul', [threat, graph.doubles(shares.slice(0, all))]);
      return { value: graph.add('Add', [calm, own]), type: 'double' };
    }
    const types = graph.add('Mul', [threat, stage('second', threats)]);
    const place = threats.flatMap((name) => part.classes.map((each) => (each === name ? 1 : 0)));
    const spread = graph.add('MatMul', [types, graph.doubles(place, [threats.length, all])]);
    return { value: graph.add('Add', [calm, spread]), type: 'double' };
  };
}

/** A model whose scores go through one calibrator a class. */
export function addCalibrated(add: AddKind): AddKind {
  return (graph, part, matrix) => {
    const isotonic = part.parameters['method'] === 'isotonic';
    const before = graph.precise;
    graph.precise = before || isotonic;
    const base = addRounded(graph, add(graph, baseOf(part), matrix));
    graph.precise = before;
    const classes = part.classes.length;
    if (classes === 1) return { value: base, type: 'double' };
    if (classes === 2) {
      const share = graph.add('Gather', [base, graph.ints([1])], AXIS);
      const own = isotonic ? addIsotonic(graph, part, share, 0) : addSigmoids(graph, part, share);
      return { value: addBoth(graph, own), type: 'double' };
    }
    const all = isotonic
      ? graph.add(
          'Concat',
          part.classes.map((_, k) => {
            const share = graph.add('Gather', [base, graph.ints([k])], AXIS);
            return addIsotonic(graph, part, share, k);
          }),
          AXIS,
        )
      : addSigmoids(graph, part, base);
    return { value: addNormalised(graph, all, base), type: 'double' };
  };
}

function addSigmoids(graph: GraphBuilder, part: Part, shares: string): string {
  const count = part.classes.length === 2 ? 1 : part.classes.length;
  const pairs = Array.from({ length: count }, (_, k) => numbersOf(part, `calibrator.${k}`));
  return addPlatt(
    graph,
    shares,
    pairs.map((pair) => pair[0]!),
    pairs.map((pair) => pair[1]!),
  );
}

/** As `isotonicShare`: linear between points, flat outside. @param share rows × 1, 64-bit floats */
function addIsotonic(graph: GraphBuilder, part: Part, share: string, k: number): string {
  const data = Array.from(numbersOf(part, `calibrator.${k}`));
  const count = data.length / 2;
  const scores = data.slice(0, count);
  const shares = data.slice(count);
  const line = graph.doubles(scores, [1, count]);
  const hits = graph.add('Cast', [graph.add('GreaterOrEqual', [share, line])], DOUBLE);
  const past = graph.add('ReduceSum', [hits, graph.ints([1])]);
  const bounded = (value: string): string => {
    const high = graph.add('Min', [value, graph.doubles([count - 1])]);
    return graph.add('Cast', [graph.add('Max', [high, graph.doubles([0])])], INT64);
  };
  const high = bounded(past);
  const low = bounded(graph.add('Sub', [past, graph.doubles([1])]));
  const at = (list: readonly number[], index: string): string =>
    graph.add('Gather', [graph.doubles(list), index]);
  const from = at(scores, low);
  const bottom = at(shares, low);
  const width = graph.add('Sub', [at(scores, high), from]);
  const rise = graph.add('Sub', [at(shares, high), bottom]);
  const steps = graph.add('Mul', [rise, graph.add('Sub', [share, from])]);
  const between = graph.add('Add', [bottom, graph.add('Div', [steps, width])]);
  const end = (value: number): string => graph.doubles([value]);
  const inside = graph.add('Where', [
    graph.add('GreaterOrEqual', [share, end(scores[count - 1]!)]),
    end(shares[count - 1]!),
    between,
  ]);
  const below = graph.add('LessOrEqual', [share, end(scores[0]!)]);
  return graph.add('Where', [below, end(shares[0]!), inside]);
}
