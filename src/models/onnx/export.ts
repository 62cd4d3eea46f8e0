import { canonicalJson } from '../../features/index.ts';
import { type ModelFile, modelMetadata } from '../file.ts';
import { IR_VERSION } from './fields.ts';
import { GraphBuilder, type GraphValue } from './graph.ts';
import { addKind } from './kinds.ts';
import { addCast } from './part.ts';
import { addPipeline } from './pipeline.ts';
import { refuseExport } from './refuse.ts';

/** Before each key of the metadata that Wiresift writes and reads. */
export const PREFIX = 'wiresift.';

/** How a model becomes ONNX. */
export interface ExportOptions {
  /** SHA-256 of the model file, as alerts name it. */
  readonly hash: string;
  /** Take the prepared matrix in place of the raw columns. Default false. */
  readonly matrix?: boolean;
}

/** What was written. */
export interface OnnxSummary {
  readonly kind: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly nodes: number;
  /** Nodes by operator, in alphabetical order. */
  readonly operators: Readonly<Record<string, number>>;
  readonly irVersion: number;
  /** Version of the operators by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly bytes: number;
}

/** Protocol Buffers end at 2 GiB, and readers refuse to come near. */
const MOST_BYTES = 2 ** 30;

/**
 * A model as one ONNX file. Equal input gives equal bytes. Outputs: `probabilities`, rows × classes,
 * and `label`, the most probable class of each row, the first where several are.
 * @throws WiresiftError `MODEL_EXPORT` when the kind or a step of the pipeline has no ONNX form
 */
export function exportOnnx(
  file: ModelFile,
  options: ExportOptions,
): { readonly bytes: Uint8Array; readonly summary: OnnxSummary } {
  const { model } = file;
  const { kind, parameters, classes, features } = model;
  const graph = new GraphBuilder();
  if (options.matrix) graph.inputs.push({ name: 'matrix', type: 'float', width: features.length });
  else addPipeline(graph, file.pipeline);
  const tensors = new Map(model.tensors().map((tensor) => [tensor.name, tensor]));
  const shares = addKind(graph, { kind, parameters, classes, features, tensors }, 'matrix');
  if (graph.operators.has('TreeEnsemble') && graph.operators.has('TreeEnsembleRegressor')) {
    const saw = 'trees that split by sets of categories beside a forest';
    refuseExport(
      `kind ${kind}`,
      saw,
      'one or the other: ONNX has no version with both',
      'Train without categories',
    );
  }
  const all = addCast(graph, shares, 'float');
  graph.add('Identity', [all], {}, { as: 'probabilities' });
  const most = { axis: { int: 1 }, keepdims: { int: 0 } };
  const best = graph.add('ArgMax', ['probabilities'], most);
  graph.add('Gather', [graph.words(classes), best], {}, { as: 'label' });
  graph.outputs.push({ name: 'probabilities', type: 'float', width: classes.length });
  graph.outputs.push({ name: 'label', type: 'string' });
  const bytes = graph.finish(`wiresift ${kind}`, metadataOf(file, options));
  if (bytes.length > MOST_BYTES) {
    const expected = `at most ${MOST_BYTES} bytes`;
    refuseExport('size', `${bytes.length} bytes`, expected, 'Train fewer or smaller trees');
  }
  return { bytes, summary: summaryOf(kind, graph, bytes.length) };
}

function metadataOf(file: ModelFile, { hash }: ExportOptions): Map<string, string> {
  const entries = [...modelMetadata(file)].map(([key, value]) => [PREFIX + key, value] as const);
  const importances = canonicalJson([...file.model.importances()]);
  return new Map([...entries, [`${PREFIX}hash`, hash], [`${PREFIX}importances`, importances]]);
}

function summaryOf(kind: string, graph: GraphBuilder, bytes: number): OnnxSummary {
  const operators = [...graph.operators].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind,
    inputs: graph.inputs,
    outputs: graph.outputs,
    nodes: operators.reduce((sum, [, count]) => sum + count, 0),
    operators: Object.fromEntries(operators),
    irVersion: IR_VERSION,
    opsets: Object.fromEntries(graph.opsets.map(([name, version]) => [name || 'ai.onnx', version])),
    bytes,
  };
}
