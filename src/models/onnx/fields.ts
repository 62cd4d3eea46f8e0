/**
 * Numbers of the fields of ONNX messages that are written or read (onnx/onnx, `onnx.proto`), and the
 * versions that are written.
 */
export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  opset: 8,
  metadata: 14,
} as const;
/** Fields of `OperatorSetIdProto`. */
export const OPSET = { domain: 1, version: 2 } as const;
/** Fields of `StringStringEntryProto`. */
export const ENTRY = { key: 1, value: 2 } as const;
/** Fields of `GraphProto`. */
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
/** Fields of `NodeProto`. */
export const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const;
/** Fields of `AttributeProto`. */
export const ATTRIBUTE = {
  ...{ name: 1, float: 2, int: 3, text: 4, tensor: 5, graph: 6 },
  ...{ floats: 7, ints: 8, texts: 9, tensors: 10, graphs: 11, type: 20 },
  ...{ sparse: 22, sparses: 23 },
} as const;
/** Fields of `TensorProto`. */
export const TENSOR = {
  ...{ dims: 1, type: 2, strings: 6, name: 8, raw: 9 },
  ...{ external: 13, location: 14 },
} as const;
/** Fields of `ValueInfoProto` and of the types below it. */
export const VALUE = { name: 1, type: 2, tensor: 1, element: 1, shape: 2, dim: 1 } as const;
/** Fields of a dimension. */
export const DIMENSION = { value: 1, name: 2 } as const;

/** Numbers of the element types that are used. */
export const ELEMENT = { float: 1, uint8: 2, int64: 7, string: 8, bool: 9, double: 11 } as const;
/** One of {@link ELEMENT}. */
export type Element = keyof typeof ELEMENT;

/** Version of the file's layout, ONNX 1.15. */
export const IR_VERSION = 9;
/** Version of the operators of the domain `ai.onnx`, ONNX 1.15. */
export const OPSET_VERSION = 20;
/** The domain of trees and word encoders. */
export const ML = 'ai.onnx.ml';
/** Version of the operators of {@link ML}; where trees split by sets of categories. */
export const ML_VERSION = 3;
export const ML_SET_VERSION = 5;
