import { refuseStored } from '../stored.ts';
import { ATTRIBUTE, ENTRY, GRAPH, IR_VERSION, ML, MODEL, NODE, OPSET, TENSOR } from './fields.ts';
import { valueInfo } from './graph.ts';
import {
  type ProtoField,
  readFields,
  readText,
  scanFields,
  textOf,
  textsOf,
} from './proto-read.ts';
import { ProtoWriter } from './proto-write.ts';

/** Entries of metadata, and domains of operators, that are read at most. */
const MOST_ENTRIES = 256;
const MOST_DOMAINS = 16;
/** Bytes of an entry: as much as the header of a model file may have. */
const MOST_TEXT = 2 ** 25;
/** A network of 24 layers has some hundreds. */
const MOST_NODES = 2 ** 17;
/** Domains whose operators the runtime brings along. */
const DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', ML]);
/** Newest layout that is read, ONNX 1.19, and the oldest with named opsets. */
const NEWEST_IR = 12;
const OLDEST_IR = 3;

/** An ONNX file, looked into as far as scoring needs it. */
export interface OnnxFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly irVersion: number;
  readonly opsets: readonly Uint8Array[];
  readonly graph: readonly ProtoField[];
}

/**
 * Reads the outermost messages of an ONNX file.
 * @throws WiresiftError `MODEL_FILE` with the place that is wrong
 */
export function readOnnx(bytes: Uint8Array, where: string): OnnxFile {
  const fields = readFields(bytes, where);
  const irVersion = fields.find(({ field }) => field === MODEL.irVersion)?.value ?? 0;
  if (irVersion < OLDEST_IR || irVersion > NEWEST_IR) {
    const saw = `IR version ${irVersion}`;
    refuseStored(
      where,
      saw,
      `ONNX of IR version ${OLDEST_IR} to ${NEWEST_IR}, such as ${IR_VERSION}`,
    );
  }
  const graphs = fields.filter(({ field }) => field === MODEL.graph);
  if (graphs.length !== 1) refuseStored(where, `${graphs.length} graphs`, 'one');
  return {
    metadata: readMetadata(fields, where),
    irVersion,
    opsets: readOpsets(fields, where),
    graph: readFields(graphs[0]!.bytes, `${where}, graph`),
  };
}

function readMetadata(fields: readonly ProtoField[], where: string): Map<string, string> {
  const entries = fields.filter(({ field }) => field === MODEL.metadata);
  if (entries.length > MOST_ENTRIES) {
    refuseStored(`${where}, metadata`, `${entries.length} entries`, `at most ${MOST_ENTRIES}`);
  }
  const place = `${where}, metadata`;
  return new Map(
    entries.map(({ bytes }) => {
      if (bytes.length > MOST_TEXT) refuseStored(place, `${bytes.length} bytes`, `${MOST_TEXT}`);
      const entry = readFields(bytes, place);
      return [textOf(entry, ENTRY.key, place), textOf(entry, ENTRY.value, place)];
    }),
  );
}

function readOpsets(fields: readonly ProtoField[], where: string): Uint8Array[] {
  const opsets = fields.filter(({ field }) => field === MODEL.opset).map(({ bytes }) => bytes);
  if (opsets.length > MOST_DOMAINS) {
    refuseStored(`${where}, opsets`, `${opsets.length}`, `at most ${MOST_DOMAINS}`);
  }
  return opsets.filter((bytes) => {
    const place = `${where}, opset`;
    return DOMAINS.has(textOf(readFields(bytes, place), OPSET.domain, place));
  });
}

interface Node {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
}

/**
 * What lies between `matrix` and `probabilities`, as a model of its own: nodes and constants that the
 * probabilities need, nothing else of the file. Numbers in other files, graphs within graphs and
 * operators from elsewhere are refused.
 * @throws WiresiftError `MODEL_FILE`
 */
export function cutModel(
  file: OnnxFile,
  size: { readonly columns: number; readonly classes: number },
  where: string,
): Uint8Array {
  const { nodes, constants } = neededFor(file.graph, where);
  const graph = new ProtoWriter();
  for (const node of nodes) graph.bytes(GRAPH.node, node);
  graph.text(GRAPH.name, 'scoring');
  for (const constant of constants) graph.bytes(GRAPH.initializer, constant);
  const input = { name: 'matrix', type: 'float', width: size.columns } as const;
  const output = { name: 'probabilities', type: 'float', width: size.classes } as const;
  graph.message(GRAPH.input, valueInfo(input));
  graph.message(GRAPH.output, valueInfo(output));
  const model = new ProtoWriter();
  model.int(MODEL.irVersion, file.irVersion);
  model.message(MODEL.graph, graph);
  for (const opset of file.opsets) model.bytes(MODEL.opset, opset);
  return model.finish();
}

function neededFor(graph: readonly ProtoField[], where: string) {
  const nodes: Node[] = [];
  const maker = new Map<string, number>();
  const constants = new Map<string, Uint8Array>();
  const inputs = new Set<string>();
  for (const { field, bytes } of graph) {
    if (field === GRAPH.node) {
      if (nodes.length === MOST_NODES) refuseStored(where, 'more nodes', `at most ${MOST_NODES}`);
      const own = readFields(bytes, `${where}, node ${nodes.length}`);
      const place = `${where}, node ${nodes.length}`;
      for (const name of textsOf(own, NODE.output, place)) {
        if (name !== '' && maker.has(name))
          refuseStored(place, `${name.slice(0, 80)} again`, 'once');
        maker.set(name, nodes.length);
      }
      nodes.push({ bytes, inputs: textsOf(own, NODE.input, place) });
    } else if (field === GRAPH.initializer) {
      const name = constantName(bytes, `${where}, initializer ${constants.size}`);
      constants.set(name, bytes);
    } else if (field === GRAPH.input) {
      inputs.add(textOf(readFields(bytes, `${where}, input`), 1, `${where}, input`));
    }
  }
  if (!maker.has('matrix') && !inputs.has('matrix')) {
    refuseStored(`${where}, graph`, 'no value called matrix', 'a graph that wiresift exported');
  }
  const needed = new Set<number>();
  const used = new Set<string>();
  const open = ['probabilities'];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || name === 'matrix' || used.has(name)) continue;
    used.add(name);
    if (constants.has(name)) continue;
    const at = maker.get(name);
    if (at === undefined) {
      return refuseStored(`${where}, graph`, `${name.slice(0, 80)}, from nowhere`, 'matrix alone');
    }
    if (needed.has(at)) continue;
    needed.add(at);
    checkNode(nodes[at]!.bytes, `${where}, node ${at}`);
    for (const input of nodes[at]!.inputs) open.push(input);
  }
  return {
    nodes: [...needed].sort((a, b) => a - b).map((at) => nodes[at]!.bytes),
    constants: [...constants].filter(([name]) => used.has(name)).map(([, bytes]) => bytes),
  };
}

/** The name of a tensor whose numbers stand in the file itself. */
function constantName(bytes: Uint8Array, where: string): string {
  let name = '';
  scanFields(bytes, where, (field, value, from, to) => {
    if (field === TENSOR.name) name = readText(bytes.subarray(from, to), where);
    if (field === TENSOR.external || (field === TENSOR.location && value !== 0)) {
      refuseStored(where, 'numbers in another file', 'numbers in this one');
    }
  });
  return name;
}

const GRAPHS: ReadonlySet<number> = new Set([
  ...[ATTRIBUTE.graph, ATTRIBUTE.graphs, ATTRIBUTE.sparse, ATTRIBUTE.sparses, ATTRIBUTE.tensors],
]);

function checkNode(bytes: Uint8Array, where: string): void {
  for (const own of readFields(bytes, where)) {
    if (own.field === NODE.domain) {
      const domain = readText(own.bytes, where);
      if (!DOMAINS.has(domain)) {
        refuseStored(where, `an operator of ${domain.slice(0, 40)}`, [...DOMAINS].join(', '));
      }
    }
    if (own.field !== NODE.attribute) continue;
    scanFields(own.bytes, where, (field, _value, from, to) => {
      if (GRAPHS.has(field)) refuseStored(where, 'a graph within a node', 'none');
      if (field === ATTRIBUTE.tensor) constantName(own.bytes.subarray(from, to), where);
    });
  }
}
