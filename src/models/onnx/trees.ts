import { inSet, SET_WORDS } from '../boosting/trees.ts';
import { nameOrder } from '../input.ts';
import { meanPath } from '../isolation/model.ts';
import { type GraphBuilder, rawTensor } from './graph.ts';
import {
  addBoth,
  addDoubles,
  addSameRow,
  addSides,
  numbersOf,
  type Part,
  type Shares,
} from './part.ts';
import { littleEndian } from './proto-write.ts';
import { TreeNodes } from './tree-nodes.ts';

/** Rows × targets, 32-bit floats: sums of the leaves that each row falls into. */
function addTrees(graph: GraphBuilder, nodes: TreeNodes, matrix: string): string {
  // Cells of 64 bits are what makes the sums of 64 bits; the outputs are of 32.
  const shared = { n_targets: { int: nodes.targets }, aggregate_function: { text: 'SUM' } };
  return graph.addMl('TreeEnsembleRegressor', [addDoubles(graph, matrix)], {
    ...shared,
    ...nodes.attributes(),
  });
}

/** Trees, forests, extra trees: the mean of the leaves' shares. */
export function addForest(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const [starts, feature, threshold] = ['starts', 'feature', 'threshold'].map((name) =>
    numbersOf(part, name),
  ) as [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];
  const right = numbersOf(part, 'right');
  const values = numbersOf(part, 'values');
  const classes = part.classes.length;
  const trees = starts.length - 1;
  const nodes = new TreeNodes('BRANCH_LEQ', classes);
  for (let t = 0; t < trees; t++) {
    for (let node = starts[t]!; node < starts[t + 1]!; node++) {
      const id = node - starts[t]!;
      if (feature[node]! >= 0) {
        const child = right[node]! - starts[t]!;
        nodes.split({ tree: t, id, column: feature[node]!, cut: threshold[node]!, right: child });
        continue;
      }
      nodes.leaf(t, id);
      const from = right[node]! * classes;
      for (let k = 0; k < classes; k++) nodes.give(t, id, k, values[from + k]! / trees);
    }
  }
  return { value: addTrees(graph, nodes, matrix), type: 'float' };
}

/** Isolation forests: from the mean path to the anomaly score, and from that to shares. */
export function addIsolation(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const classes = part.classes.length;
  const shares = Array.from(numbersOf(part, 'shares'));
  const novel = shares.slice(0, classes);
  const harmless = shares.slice(classes);
  const sample = numbersOf(part, 'sample')[0]!;
  if (sample <= 1) {
    return addSameRow(
      graph,
      matrix,
      novel.map((own, k) => 0.5 * (own + harmless[k]!)),
    );
  }
  const roots = numbersOf(part, 'root');
  const paths = addTrees(graph, isolationNodes(part), matrix);
  const usual = roots.length * meanPath(sample);
  const power = graph.add('Mul', [addDoubles(graph, paths), graph.doubles([-Math.LN2 / usual])]);
  const score = graph.add('Exp', [power]);
  return addSides(graph, score, shares);
}

/** The smallest 32-bit float that is not below: a cell of 32 bits lies below both or neither. */
export function roundedUp(value: number): number {
  const near = Math.fround(value);
  if (near >= value) return near;
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = near;
  // The next float: one bit more, or below 0 one bit less.
  if (near === 0) bits[0] = 1;
  else bits[0]! += near > 0 ? 1 : -1;
  return float[0]!;
}

function isolationNodes(part: Part): TreeNodes {
  const [root, column, cut] = ['root', 'column', 'cut'].map((name) => numbersOf(part, name)) as [
    ArrayLike<number>,
    ArrayLike<number>,
    ArrayLike<number>,
  ];
  const right = numbersOf(part, 'right');
  const cover = numbersOf(part, 'cover');
  const order = nameOrder(part.features);
  const nodes = new TreeNodes('BRANCH_LT', 1);
  const depth = new Uint32Array(column.length);
  for (let t = 0; t < root.length; t++) {
    for (let node = root[t]!; node < (root[t + 1] ?? column.length); node++) {
      const id = node - root[t]!;
      if (column[node]! < 0) {
        nodes.leaf(t, id);
        nodes.give(t, id, 0, depth[node]! + meanPath(cover[node]!));
        continue;
      }
      depth[node + 1] = depth[node]! + 1;
      depth[right[node]!] = depth[node]! + 1;
      const at = { column: order[column[node]!]!, cut: roundedUp(cut[node]!) };
      nodes.split({ tree: t, id, ...at, right: right[node]! - root[t]! });
    }
  }
  return nodes;
}

/** Boosted trees: sums of leaves and base, then a sigmoid or softmax. */
export function addBoosting(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const classes = part.classes.length;
  if (classes === 1) return addSameRow(graph, matrix, [1]);
  const base = numbersOf(part, 'base');
  const sets = numbersOf(part, 'sets').length > 0;
  const sums = sets
    ? addDoubles(graph, addSetTrees(graph, part, matrix))
    : addBoosted(graph, part, matrix);
  const scores = graph.add('Add', [sums, graph.doubles(base)]);
  const value =
    classes === 2
      ? addBoth(graph, graph.add('Sigmoid', [scores]))
      : graph.add('Softmax', [scores], { axis: { int: 1 } });
  return { value, type: 'double' };
}

function addBoosted(graph: GraphBuilder, part: Part, matrix: string): string {
  const starts = numbersOf(part, 'starts');
  const feature = numbersOf(part, 'feature');
  const threshold = numbersOf(part, 'threshold');
  const right = numbersOf(part, 'right');
  const values = numbersOf(part, 'values');
  const outputs = numbersOf(part, 'base').length;
  const grid = graph.precise ? sumGrid(starts, feature, right, values) : 0;
  const nodes = new TreeNodes('BRANCH_LEQ', grid > 0 ? 2 * outputs : outputs);
  for (let t = 0; t + 1 < starts.length; t++) {
    for (let node = starts[t]!; node < starts[t + 1]!; node++) {
      const id = node - starts[t]!;
      if (feature[node]! < 0) {
        const value = values[right[node]!]!;
        const coarse = grid > 0 ? Math.round(value / grid) * grid : value;
        nodes.leaf(t, id);
        nodes.give(t, id, t % outputs, coarse);
        if (coarse !== value) nodes.give(t, id, outputs + (t % outputs), value - coarse);
        continue;
      }
      const child = right[node]! - starts[t]!;
      nodes.split({ tree: t, id, column: feature[node]!, cut: threshold[node]!, right: child });
    }
  }
  if (starts.length === 1) nodes.none();
  const sums = addDoubles(graph, addTrees(graph, nodes, matrix));
  if (grid === 0) return sums;
  const parts = graph.add('Reshape', [sums, graph.ints([0, 2, outputs])]);
  return graph.add('ReduceSum', [parts, graph.ints([1])], { keepdims: { int: 0 } });
}

/**
 * A power of two so coarse that 32 bits hold every sum of multiples of it that the trees can give: what
 * is left of the leaves is summed beside it, and both together are as good as 64 bits.
 */
function sumGrid(
  starts: ArrayLike<number>,
  feature: ArrayLike<number>,
  right: ArrayLike<number>,
  values: ArrayLike<number>,
): number {
  let sum = 0;
  for (let t = 0; t + 1 < starts.length; t++) {
    let most = 0;
    for (let node = starts[t]!; node < starts[t + 1]!; node++) {
      if (feature[node]! < 0) most = Math.max(most, Math.abs(values[right[node]!]!));
    }
    sum += most;
  }
  return sum > 0 ? 2 ** (Math.ceil(Math.log2(sum)) - 22) : 1;
}

/** Modes of a node of the operator `TreeEnsemble`. */
const LEQ = 0;
const MEMBER = 6;

/** Trees that split by sets of categories, too: the operator that has them lists inner nodes alone. */
function addSetTrees(graph: GraphBuilder, part: Part, matrix: string): string {
  const starts = numbersOf(part, 'starts');
  const feature = numbersOf(part, 'feature');
  const threshold = numbersOf(part, 'threshold');
  const right = numbersOf(part, 'right');
  const set = numbersOf(part, 'set');
  const sets = Uint32Array.from(numbersOf(part, 'sets'));
  const outputs = numbersOf(part, 'base').length;
  const members: number[] = [];
  const [modes, columns, splits]: number[][] = [[], [], []];
  const [yes, no, yesLeaf, noLeaf]: number[][] = [[], [], [], []];
  const place = new Int32Array(feature.length).fill(-1);
  const roots: number[] = [];
  const targets: number[] = [];
  let inner = 0;
  for (let node = 0; node < feature.length; node++) if (feature[node]! >= 0) place[node] = inner++;
  // A tree of one leaf becomes a node both sides of which are that leaf.
  let lone = inner;
  const alone: number[] = [];
  for (let t = 0; t + 1 < starts.length; t++) {
    const root = starts[t]!;
    if (feature[root]! >= 0) roots.push(place[root]!);
    else {
      roots.push(lone++);
      alone.push(right[root]!);
    }
    for (let node = root; node < starts[t + 1]!; node++) {
      if (feature[node]! < 0) targets[right[node]!] = t % outputs;
    }
  }
  const side = (child: number, to: number[], leaf: number[]): void => {
    const isLeaf = feature[child]! < 0;
    to.push(isLeaf ? right[child]! : place[child]!);
    leaf.push(isLeaf ? 1 : 0);
  };
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! < 0) continue;
    columns!.push(feature[node]!);
    modes!.push(set[node]! < 0 ? LEQ : MEMBER);
    splits!.push(set[node]! < 0 ? threshold[node]! : 0);
    if (set[node]! >= 0) {
      for (let code = 0; code < 32 * SET_WORDS; code++) {
        if (inSet(sets, set[node]!, code)) members.push(code);
      }
      members.push(Number.NaN);
    }
    side(node + 1, yes!, yesLeaf!);
    side(right[node]!, no!, noLeaf!);
  }
  for (const leaf of alone) {
    columns!.push(0);
    modes!.push(LEQ);
    splits!.push(0);
    for (const list of [yes!, no!]) list.push(leaf);
    for (const list of [yesLeaf!, noLeaf!]) list.push(1);
  }
  const floats = (values: ArrayLike<number>) => ({
    tensor: rawTensor('float', [values.length], littleEndian(Float32Array.from(values))),
  });
  return graph.addMl(
    'TreeEnsemble',
    [matrix],
    {
      n_targets: { int: outputs },
      aggregate_function: { int: 1 },
      post_transform: { int: 0 },
      tree_roots: { ints: roots },
      nodes_featureids: { ints: columns! },
      nodes_modes: { tensor: rawTensor('uint8', [modes!.length], Uint8Array.from(modes!)) },
      nodes_splits: floats(splits!),
      nodes_truenodeids: { ints: yes! },
      nodes_falsenodeids: { ints: no! },
      nodes_trueleafs: { ints: yesLeaf! },
      nodes_falseleafs: { ints: noLeaf! },
      leaf_targetids: { ints: targets },
      leaf_weights: floats(numbersOf(part, 'values')),
      membership_values: floats(members),
    },
    true,
  );
}
