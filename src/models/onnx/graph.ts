import { VERSION } from '../../base/index.ts';
import {
  ATTRIBUTE,
  DIMENSION,
  ELEMENT,
  type Element,
  ENTRY,
  GRAPH,
  IR_VERSION,
  ML,
  ML_SET_VERSION,
  ML_VERSION,
  MODEL,
  NODE,
  OPSET,
  OPSET_VERSION,
  TENSOR,
  VALUE,
} from './fields.ts';
import { littleEndian, ProtoWriter } from './proto-write.ts';

/** An attribute of a node, by its type. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly texts: readonly string[] }
  | { readonly tensor: ProtoWriter };

/** Attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** A column or matrix that goes in or comes out: rows × `width`, or rows alone without it. */
export interface GraphValue {
  readonly name: string;
  readonly type: Element;
  readonly width?: number;
}

/** Where a node's operator stands, and what its output is called. */
export interface NodeChoice {
  readonly domain?: string;
  readonly as?: string;
}

/** Constants of at most so many numbers are written once, however often they are used. */
const SHARED = 16;

const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, tensor: 4, floats: 6, ints: 7, texts: 8 };

/**
 * Puts an ONNX graph together. Values are named by the order in which they are added, so equal
 * calls give equal bytes. Values inside start with a slash, which no column's name does.
 */
export class GraphBuilder {
  readonly inputs: GraphValue[] = [];
  readonly outputs: GraphValue[] = [];
  readonly operators = new Map<string, number>();
  /** Whether what is added now feeds something steep, so that rounding to 32 bits would show. */
  precise = false;
  readonly #nodes: ProtoWriter[] = [];
  readonly #constants: ProtoWriter[] = [];
  readonly #shared = new Map<string, string>();
  #count = 0;
  #mlVersion = 0;

  /** Adds a node with one output. @returns the output's name */
  add(op: string, inputs: readonly string[], own: Attributes = {}, choice: NodeChoice = {}) {
    const { domain, as } = choice;
    const name = as ?? `/${op}_${this.#count++}`;
    this.#node(op, { inputs, outputs: [name], own, domain });
    return name;
  }

  /** Adds a node with outputs of which some may be left out. @returns the names of the others */
  addMany(op: string, inputs: readonly string[], own: Attributes, wanted: readonly boolean[]) {
    const id = this.#count++;
    const outputs = wanted.map((each, i) => (each ? `/${op}_${id}_${i}` : ''));
    this.#node(op, { inputs, outputs, own, domain: undefined });
    return outputs.filter((name) => name !== '');
  }

  /** Adds a node of {@link ML}; `sets` where it needs the version with sets of categories. */
  addMl(op: string, inputs: readonly string[], own: Attributes, sets = false): string {
    this.#mlVersion = Math.max(this.#mlVersion, sets ? ML_SET_VERSION : ML_VERSION);
    return this.add(op, inputs, own, { domain: ML });
  }

  #node(
    op: string,
    plan: {
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
      readonly own: Attributes;
      readonly domain: string | undefined;
    },
  ): void {
    const node = new ProtoWriter();
    for (const name of plan.inputs) node.text(NODE.input, name);
    for (const name of plan.outputs) node.text(NODE.output, name);
    node.text(NODE.name, `n${this.#nodes.length}`);
    node.text(NODE.op, op);
    for (const [name, value] of Object.entries(plan.own)) {
      node.message(NODE.attribute, attributeOf(name, value));
    }
    if (plan.domain !== undefined) node.text(NODE.domain, plan.domain);
    this.#nodes.push(node);
    this.operators.set(op, (this.operators.get(op) ?? 0) + 1);
  }

  #constant(key: string, count: number, write: (name: string) => ProtoWriter): string {
    const known = count <= SHARED ? this.#shared.get(key) : undefined;
    if (known !== undefined) return known;
    const name = `/c${this.#constants.length}`;
    this.#constants.push(write(name));
    if (count <= SHARED) this.#shared.set(key, name);
    return name;
  }

  /** A constant of 32-bit floats. @param shape default: a list */
  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    const raw = littleEndian(Float32Array.from(values));
    return this.#numbers('float', raw, shape, values.length);
  }

  /** A constant of 64-bit floats. @param shape default: a list */
  doubles(values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    const raw = littleEndian(Float64Array.from(values));
    return this.#numbers('double', raw, shape, values.length);
  }

  /** A constant of whole numbers. @param shape default: a list */
  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const raw = littleEndian(BigInt64Array.from(values, BigInt));
    return this.#numbers('int64', raw, shape, values.length);
  }

  #numbers(type: Element, raw: Uint8Array, shape: readonly number[], count: number): string {
    const key = count <= SHARED ? `${type} ${shape} ${Buffer.from(raw).toString('hex')}` : '';
    return this.#constant(key, count, (name) => rawTensor(type, shape, raw, name));
  }

  /** A constant list of words. */
  words(values: readonly string[]): string {
    return this.#constant(`string ${JSON.stringify(values)}`, values.length, (name) => {
      const tensor = new ProtoWriter();
      tensor.ints(TENSOR.dims, [values.length]);
      tensor.int(TENSOR.type, ELEMENT.string);
      for (const value of values) tensor.text(TENSOR.strings, value);
      tensor.text(TENSOR.name, name);
      return tensor;
    });
  }

  /** The whole file: an ONNX model, with texts by name beside the graph. */
  finish(name: string, metadata: ReadonlyMap<string, string>): Uint8Array {
    const graph = new ProtoWriter();
    for (const node of this.#nodes) graph.message(GRAPH.node, node);
    graph.text(GRAPH.name, name);
    for (const constant of this.#constants) graph.message(GRAPH.initializer, constant);
    for (const each of this.inputs) graph.message(GRAPH.input, valueInfo(each));
    for (const each of this.outputs) graph.message(GRAPH.output, valueInfo(each));
    const model = new ProtoWriter();
    model.int(MODEL.irVersion, IR_VERSION);
    model.text(MODEL.producerName, 'wiresift');
    model.text(MODEL.producerVersion, VERSION);
    model.message(MODEL.graph, graph);
    for (const [domain, version] of this.opsets) {
      const opset = new ProtoWriter();
      opset.text(OPSET.domain, domain);
      opset.int(OPSET.version, version);
      model.message(MODEL.opset, opset);
    }
    for (const [key, value] of metadata) {
      const entry = new ProtoWriter();
      entry.text(ENTRY.key, key);
      entry.text(ENTRY.value, value);
      model.message(MODEL.metadata, entry);
    }
    return model.finish();
  }

  /** Versions of the operators by domain, those in use. */
  get opsets(): readonly (readonly [string, number])[] {
    const own = ['', OPSET_VERSION] as const;
    return this.#mlVersion > 0 ? [own, [ML, this.#mlVersion]] : [own];
  }
}

/** A tensor of numbers by its bytes. */
export function rawTensor(
  type: Element,
  shape: readonly number[],
  raw: Uint8Array,
  name = '',
): ProtoWriter {
  const tensor = new ProtoWriter();
  // A scalar has no dimensions; an empty field says the same, and readers take it.
  if (shape.length > 0) tensor.ints(TENSOR.dims, shape);
  tensor.int(TENSOR.type, ELEMENT[type]);
  if (name !== '') tensor.text(TENSOR.name, name);
  tensor.bytes(TENSOR.raw, raw);
  return tensor;
}

function attributeOf(name: string, value: Attribute): ProtoWriter {
  const own = new ProtoWriter();
  own.text(ATTRIBUTE.name, name);
  if ('int' in value) own.int(ATTRIBUTE.int, value.int);
  else if ('float' in value) own.float(ATTRIBUTE.float, value.float);
  else if ('text' in value) own.text(ATTRIBUTE.text, value.text);
  else if ('ints' in value) own.ints(ATTRIBUTE.ints, value.ints);
  else if ('floats' in value) own.floats(ATTRIBUTE.floats, value.floats);
  else if ('texts' in value) for (const text of value.texts) own.text(ATTRIBUTE.texts, text);
  else own.message(ATTRIBUTE.tensor, value.tensor);
  const kind = Object.keys(value)[0] as keyof typeof ATTRIBUTE_TYPE;
  own.int(ATTRIBUTE.type, ATTRIBUTE_TYPE[kind]);
  return own;
}

/** What goes in or comes out, as ONNX says it; the number of rows is open. */
export function valueInfo({ name, type, width }: GraphValue): ProtoWriter {
  const shape = new ProtoWriter();
  const rows = new ProtoWriter();
  rows.text(DIMENSION.name, 'rows');
  shape.message(VALUE.dim, rows);
  if (width !== undefined) {
    const columns = new ProtoWriter();
    columns.int(DIMENSION.value, width);
    shape.message(VALUE.dim, columns);
  }
  const tensor = new ProtoWriter();
  tensor.int(VALUE.element, ELEMENT[type]);
  tensor.message(VALUE.shape, shape);
  const outer = new ProtoWriter();
  outer.message(VALUE.tensor, tensor);
  const info = new ProtoWriter();
  info.text(VALUE.name, name);
  info.message(VALUE.type, outer);
  return info;
}
