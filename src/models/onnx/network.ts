import { nameOrder } from '../input.ts';
import { type CodeColumn, codePlaces, MEAN_CODE, tableName, tableRows } from '../neural/codes.ts';
import type { LayerDescription, NetworkDescription } from '../neural/description.ts';
import { convolutionPlan, headCount, poolingWidth } from '../neural/layer-plan.ts';
import type { EmbeddingPlan } from '../neural/layers/embedding.ts';
import { EPSILON } from '../neural/layers/normalisation.ts';
import { columnsOfCodes } from '../neural/model.ts';
import { stepSizes } from '../neural/network.ts';
import { reaches } from '../neural/prepare.ts';
import { readSettings } from '../neural/settings.ts';
import { addAttention } from './attention.ts';
import { addConvolution, addPooling } from './convolution.ts';
import type { GraphBuilder } from './graph.ts';
import { addCast, addDoubles, addSameRow, numbersOf, type Part, type Shares } from './part.ts';
import { addPieces } from './pieces.ts';
import { addRecurrent } from './recurrent.ts';
import { asRows, type LayerInput, type Sequence } from './sequence.ts';

const AXIS = { axis: { int: 1 } };
/** Outputs are cut to this, as in scoring. */
const FARTHEST_OUTPUT = 1e4;

/** A neural network: standardised columns in, layer by layer, shares of the classes out. */
export function addNetwork(graph: GraphBuilder, part: Part, matrix: string): Shares {
  const present = Array.from(numbersOf(part, 'present'));
  const classes = part.classes.length;
  const place = present.flatMap((k) => part.classes.map((_, to) => (to === k ? 1 : 0)));
  if (present.length === 1) return addSameRow(graph, matrix, place);
  const settings = readSettings(part.parameters);
  const { embedding: size, description } = settings;
  const codes: EmbeddingPlan = { columns: columnsOfCodes(part, settings), size };
  const cells = addCells(graph, part, { matrix, codes });
  const out = addLayers(graph, part, {
    input: addEncoded(graph, part, { cells, description, codes, cut: settings.pieces > 0 }),
    description,
    outputs: present.length,
  });
  const outputs = addDoubles(graph, out);
  const scalar = (value: number): string => graph.doubles([value], []);
  const bounded = graph.add('Clip', [outputs, scalar(-FARTHEST_OUTPUT), scalar(FARTHEST_OUTPUT)]);
  const single = settings.loss === 'binary-cross-entropy';
  const level = single ? addSigmoidLogs(graph, bounded) : bounded;
  const shares = graph.add('Softmax', [level], AXIS);
  if (present.length === classes) return { value: shares, type: 'double' };
  const spread = graph.add('MatMul', [shares, graph.doubles(place, [present.length, classes])]);
  return { value: spread, type: 'double' };
}

/** What layers are added for. */
interface LayersPlan {
  readonly input: Sequence;
  readonly description: NetworkDescription;
  /** Numbers that come out of the dense layer at the end. */
  readonly outputs: number;
}

/** The layers of a description and the dense one at the end: rows × outputs, 32-bit floats. */
export function addLayers(
  graph: GraphBuilder,
  part: Part,
  { input, description, outputs }: LayersPlan,
): string {
  let last = input;
  const asked = description.steps ?? 1;
  const steps = asked === 'columns' ? last.channels : Math.min(asked, last.channels);
  if (steps > 1 && last.steps === 1) last = addSteps(graph, last, steps);
  description.layers.forEach((layer, i) => {
    last = addLayer({ graph, part, name: `layer${i}`, input: last }, layer);
  });
  return addDense({ graph, part, name: 'output', input: asRows(graph, last) }, outputs).value;
}

/** log(1 / (1 + exp(-z))) as min(z, 0) - log(1 + exp(-|z|)): shares of sigmoids by a softmax. */
function addSigmoidLogs(graph: GraphBuilder, value: string): string {
  const size = graph.add('Exp', [graph.add('Neg', [graph.add('Abs', [value])])]);
  const rest = graph.add('Log', [graph.add('Add', [size, graph.doubles([1])])]);
  return graph.add('Sub', [graph.add('Min', [value, graph.doubles([0])]), rest]);
}

/** Columns in the order of their names, standardised and cut: 32-bit floats. */
export function addCells(
  graph: GraphBuilder,
  part: Part,
  { matrix, codes }: { readonly matrix: string; readonly codes: EmbeddingPlan },
): string {
  const order = [...nameOrder(part.features)];
  const reach = reaches(order.length, codePlaces(codes.columns));
  const cells = addDoubles(graph, graph.add('Gather', [matrix, graph.ints(order)], AXIS));
  const moved = graph.add('Sub', [cells, graph.doubles(numbersOf(part, 'shift'))]);
  const scaled = graph.add('Mul', [moved, graph.doubles(numbersOf(part, 'scale'))]);
  const low = graph.add('Max', [scaled, graph.doubles(reach.map((each) => -each))]);
  const cut = { value: graph.add('Min', [low, graph.doubles(reach)]), type: 'double' } as const;
  return addCast(graph, cut, 'float');
}

/** What cells are encoded by before the first layer described. */
interface EncodingPlan {
  /** As {@link addCells} gives them. */
  readonly cells: string;
  readonly description: NetworkDescription;
  readonly codes: EmbeddingPlan;
  /** Whether columns were cut into pieces. */
  readonly cut: boolean;
}

/** Cells with codes replaced by their rows and numbers beside their pieces. */
export function addEncoded(
  graph: GraphBuilder,
  part: Part,
  { cells, description, codes, cut }: EncodingPlan,
): Sequence {
  const inputs = part.features.length;
  const steps = stepSizes({ description, inputs, categories: codes });
  const plan = { codes: codePlaces(codes.columns), stepSizes: steps, cut };
  return addPieces(graph, part, { input: addTables(graph, part, { cells, codes }), plan });
}

/** Numbers first, then the rows of the codes. */
function addTables(
  graph: GraphBuilder,
  part: Part,
  { cells, codes: { columns, size } }: Pick<EncodingPlan, 'cells' | 'codes'>,
): Sequence {
  const inputs = part.features.length;
  if (columns.length === 0) return { value: cells, steps: 1, channels: inputs };
  const { numbers, codes } = addColumns(graph, { cells, inputs, columns });
  const tables = columns.map(({ words }, i) =>
    addEmbedding(graph, codes[i]!, numbersOf(part, tableName(i)), { words, size }),
  );
  const channels = inputs - columns.length + columns.length * size;
  return { value: graph.add('Concat', [...numbers, ...tables], AXIS), steps: 1, channels };
}

/** Columns of numbers, where there are any, and each column of codes alone. */
export function addColumns(
  graph: GraphBuilder,
  {
    cells,
    inputs,
    columns,
  }: { readonly cells: string; readonly inputs: number; readonly columns: readonly CodeColumn[] },
): { numbers: string[]; codes: string[] } {
  const coded = codePlaces(columns);
  const rest = Array.from({ length: inputs }, (_, c) => c).filter((c) => !coded.includes(c));
  const take = (own: readonly number[]): string =>
    graph.add('Gather', [cells, graph.ints(own)], AXIS);
  return { numbers: rest.length > 0 ? [take(rest)] : [], codes: coded.map((c) => take([c])) };
}

/** Where the row of a table stands that a code has, as floats. @param cells rows × 1 */
export function addTableRow(graph: GraphBuilder, cells: string, words: number): string {
  const number = (value: number): string => graph.floats([value]);
  const inside = graph.add('And', [
    graph.add('GreaterOrEqual', [cells, number(0)]),
    graph.add('Less', [cells, number(words)]),
  ]);
  const mean = graph.add('Equal', [cells, number(MEAN_CODE)]);
  const other = graph.add('Where', [mean, number(words), number(words + 1)]);
  return graph.add('Where', [inside, graph.add('Floor', [cells]), other]);
}

/** Rows of a table by codes; what is no code counts as a word not seen. @param cells rows × 1 */
function addEmbedding(
  graph: GraphBuilder,
  cells: string,
  table: ArrayLike<number>,
  { words, size }: { readonly words: number; readonly size: number },
): string {
  const own = addTableRow(graph, cells, words);
  const index = graph.add('Cast', [own], { to: { int: 7 } });
  const found = graph.add('Gather', [graph.floats(table, [tableRows(words), size]), index]);
  return graph.add('Reshape', [found, graph.ints([0, size])]);
}

/** One step cut into several, the last filled up with zeros. */
function addSteps(graph: GraphBuilder, { value, channels }: Sequence, steps: number): Sequence {
  const each = Math.ceil(channels / steps);
  const more = steps * each - channels;
  const pads = graph.ints([0, 0, 0, more]);
  const padded = more > 0 ? graph.add('Pad', [value, pads, graph.floats([0], [])]) : value;
  const shape = graph.ints([0, steps, each]);
  return { value: graph.add('Reshape', [padded, shape]), steps, channels: each };
}

function addLayer(at: LayerInput, layer: LayerDescription): Sequence {
  const { graph, input } = at;
  const { steps, channels } = input;
  switch (layer.layer) {
    case 'dense':
      return addActivation(graph, addDense(at, layer.units), layer.activation);
    case 'conv1d':
      return addActivation(
        graph,
        addConvolution(at, convolutionPlan(layer, steps)),
        layer.activation,
      );
    case 'max-pool':
      return addPooling(at, 'MaxPool', poolingWidth(layer, steps));
    case 'average-pool':
      return addPooling(at, 'AveragePool', poolingWidth(layer, steps));
    case 'flatten':
      return asRows(graph, input);
    case 'last':
      return steps > 1 ? addLast(graph, input) : input;
    case 'position':
      return addPosition(at);
    case 'batch-norm':
      return addBatchNorm(at);
    case 'layer-norm':
      return addLayerNorm(at);
    case 'attention':
      return addAttention(at, headCount(layer, channels));
    case 'dropout':
      return input;
    case 'activation':
      return addActivation(graph, input, layer.activation);
    default:
      return addRecurrent(at, layer);
  }
}

/** The last step alone, as rows. */
function addLast(graph: GraphBuilder, { value, steps, channels }: Sequence): Sequence {
  const last = graph.add('Gather', [value, graph.ints([steps - 1])], AXIS);
  const rows = graph.add('Reshape', [last, graph.ints([0, channels])]);
  return { value: rows, steps: 1, channels };
}

function addDense({ graph, part, name, input }: LayerInput, units: number): Sequence {
  const { value, steps, channels } = input;
  const weight = graph.floats(numbersOf(part, `${name}.weight`), [channels, units]);
  const bias = graph.floats(numbersOf(part, `${name}.bias`));
  const out =
    steps === 1
      ? graph.add('Gemm', [value, weight, bias])
      : graph.add('Add', [graph.add('MatMul', [value, weight]), bias]);
  return { value: out, steps, channels: units };
}

type Activation = Extract<LayerDescription, { layer: 'activation' }>['activation'];

function addActivation(
  graph: GraphBuilder,
  input: Sequence,
  activation: Activation | undefined,
): Sequence {
  if (activation === undefined) return input;
  const { value } = input;
  const forms: Record<Activation, () => string> = {
    relu: () => graph.add('Relu', [value]),
    gelu: () => graph.add('Gelu', [value], { approximate: { text: 'tanh' } }),
    tanh: () => graph.add('Tanh', [value]),
    sigmoid: () => graph.add('Sigmoid', [value]),
    softmax: () => graph.add('Softmax', [value], { axis: { int: -1 } }),
  };
  return { ...input, value: forms[activation]() };
}

function addPosition({ graph, part, name, input }: LayerInput): Sequence {
  const { steps, channels } = input;
  const shape = steps === 1 ? [channels] : [steps, channels];
  const table = graph.floats(numbersOf(part, `${name}.table`), shape);
  return { ...input, value: graph.add('Add', [input.value, table]) };
}

/** By running averages: (x - mean) · scale / √(variance + ε) + offset, in the order of scoring. */
function addBatchNorm({ graph, part, name, input }: LayerInput): Sequence {
  const of = (own: string): ArrayLike<number> => numbersOf(part, `${name}.${own}`);
  const inverse = Float64Array.from(of('variance'), (own) => 1 / Math.sqrt(own + EPSILON));
  const moved = graph.add('Sub', [input.value, graph.floats(of('mean'))]);
  const normal = graph.add('Mul', [moved, graph.floats(inverse)]);
  const scaled = graph.add('Mul', [normal, graph.floats(of('scale'))]);
  return { ...input, value: graph.add('Add', [scaled, graph.floats(of('offset'))]) };
}

function addLayerNorm({ graph, part, name, input }: LayerInput): Sequence {
  const of = (own: string): string => graph.floats(numbersOf(part, `${name}.${own}`));
  const own = { axis: { int: -1 }, epsilon: { float: EPSILON } };
  const inputs = [input.value, of('scale'), of('offset')];
  return { ...input, value: graph.add('LayerNormalization', inputs, own) };
}
