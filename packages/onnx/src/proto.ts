/** A graph as the protobuf messages of an ONNX file. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { DType } from "@posenc/core";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProtoSchema,
  TensorProto_DataLocation as Location,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  TensorProto_DataType as TensorType,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import { float16Bits } from "./float16.ts";

/** "int32" is int64 in the file: ONNX wants it so for indices. "float64" and "bool" never leave the graph. */
export type ElementType = DType | "float16" | "float64" | "bool";

/** A length of an input or output: a number, or the name of a length that each run may choose. */
export type Dim = number | string;

/** int32 is written as int64; bits are those of float16 numbers. */
export type HostData = Float32Array | Float64Array | Int32Array | Uint16Array;
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Of operators: "" is ONNX itself; "posenc" are the functions of this file. */
export type Domain = "" | "com.microsoft" | "posenc";

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (Dim | undefined)[];
}

export interface NodeParts {
  readonly name: string;
  readonly domain: Domain;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface TensorParts {
  readonly name: string;
  readonly data: HostData;
  readonly shape: readonly number[];
  /** It stays even where nothing reads it. */
  readonly kept: boolean;
  /** Where its bytes are, if not in the file. */
  readonly external?: ExternalPlace;
}

export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface FunctionParts {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly tensors: readonly TensorParts[];
  readonly nodes: readonly NodeParts[];
}

export interface GraphParts {
  readonly name: string;
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly ValueInfo[];
  /** `edge` is the tensor's name inside the graph. */
  readonly outputs: readonly (ValueInfo & { readonly edge: string })[];
  readonly tensors: readonly TensorParts[];
  readonly nodes: readonly NodeParts[];
  readonly functions: readonly FunctionParts[];
}

/** The number of a type in an ONNX file, as the `to` of a Cast. */
export const typeNumbers: Readonly<Record<ElementType, number>> = {
  float32: TensorType.FLOAT,
  float16: TensorType.FLOAT16,
  int32: TensorType.INT64,
  float64: TensorType.DOUBLE,
  bool: TensorType.BOOL,
};

/** The first IR version that has opset 17, 18, … 26. */
const IR_VERSIONS = [8, 8, 9, 9, 10, 10, 11, 12, 13, 13];
export const LEAST_OPSET = 17;
export const MOST_OPSET = LEAST_OPSET + IR_VERSIONS.length - 1;

export function modelBytes(parts: GraphParts): Uint8Array {
  const { name, opset, metadata, inputs, outputs, tensors, nodes, functions } = parts;
  const { renamed, copies } = nameOutputs(nodes, outputs);
  const named = (edge: string) => renamed.get(edge) ?? edge;
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSIONS[opset - LEAST_OPSET]!),
    opsetImport: imports([...nodes, ...functions.flatMap((body) => body.nodes)], opset),
    producerName: "posenc",
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    functions: functions.map((body) => functionProto(body, opset)),
    graph: {
      name,
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
      initializer: tensors.map(tensorProto),
      node: [...nodes, ...copies].map((node) => nodeProto(node, named)),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function imports(nodes: readonly NodeParts[], opset: number) {
  const domains = new Set(nodes.map(({ domain }) => domain)).add("");
  return [...domains].sort().map((domain) => ({ domain, version: BigInt(domain === "" ? opset : 1) }));
}

function functionProto(
  { name, inputs, outputs, tensors, nodes }: FunctionParts,
  opset: number,
): MessageInitShape<typeof FunctionProtoSchema> {
  return {
    name,
    domain: "posenc",
    input: [...inputs],
    output: [...outputs],
    opsetImport: imports(nodes, opset),
    node: [
      ...tensors.map(
        (tensor): MessageInitShape<typeof NodeProtoSchema> => ({
          name: tensor.name,
          opType: "Constant",
          output: [tensor.name],
          attribute: [{ name: "value", type: AttributeType.TENSOR, t: tensorProto(tensor) }],
        }),
      ),
      ...nodes.map((node) => nodeProto(node)),
    ],
  };
}

function nodeProto(
  { name, domain, operator, inputs, outputs, attributes }: NodeParts,
  named = (edge: string) => edge,
): MessageInitShape<typeof NodeProtoSchema> {
  return {
    name,
    domain,
    opType: operator,
    input: inputs.map(named),
    output: outputs.map(named),
    attribute: Object.entries(attributes).map(attributeProto),
  };
}

/** A node's result takes the output's name; what has its own name already (an input, say) is copied. */
function nameOutputs(nodes: GraphParts["nodes"], outputs: GraphParts["outputs"]) {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: NodeParts[] = [];
  for (const { name, edge } of outputs) {
    if (computed.has(edge) && !renamed.has(edge)) renamed.set(edge, name);
    else
      copies.push({
        name: `Identity_${name}`,
        domain: "",
        operator: "Identity",
        inputs: [edge],
        outputs: [name],
        attributes: {},
      });
  }
  return { renamed, copies };
}

function valueInfo({ name, type, dims }: ValueInfo): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((length) => ({ value: dimension(length) }));
  return {
    name,
    type: { value: { case: "tensorType", value: { elemType: typeNumbers[type], shape: { dim } } } },
  };
}

function dimension(length: Dim | undefined) {
  if (length === undefined) return { case: undefined };
  return typeof length === "number"
    ? ({ case: "dimValue", value: BigInt(length) } as const)
    : ({ case: "dimParam", value: length } as const);
}

function tensorProto({
  name,
  data,
  shape,
  external,
}: TensorParts): MessageInitShape<typeof TensorProtoSchema> {
  const about = { name, dims: shape.map(BigInt), dataType: typeNumbers[elementType(data)] };
  if (external === undefined) return { ...about, rawData: rawBytes(data) };
  const { location, offset, length } = external;
  const entries = { location, offset: String(offset), length: String(length) };
  return {
    ...about,
    dataLocation: Location.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
}

export function elementType(data: HostData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Uint16Array) return "float16";
  return data instanceof Float64Array ? "float64" : "int32";
}

/** How many bytes a tensor has in the file. */
export const byteLength = (data: HostData): number =>
  data.length * (data instanceof Int32Array ? 8 : data.BYTES_PER_ELEMENT);

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Little-endian, as ONNX has it; on little-endian machines the data itself, not a copy. */
export function rawBytes(data: HostData): Uint8Array<ArrayBuffer> {
  const numbers = data instanceof Int32Array ? BigInt64Array.from(data, BigInt) : data;
  const { buffer, byteOffset, byteLength } = numbers;
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  if (isLittleEndian) return bytes;
  const width = numbers.BYTES_PER_ELEMENT;
  return bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)]!);
}

/** Numbers as the file stores them: float32, or rounded once to float16. */
export function stored(data: Float32Array, type: "float32" | "float16"): Float32Array | Uint16Array {
  return type === "float16" ? float16Bits(data) : data;
}

function attributeProto([name, attribute]: [string, Attribute]): MessageInitShape<
  typeof AttributeProtoSchema
> {
  if ("int" in attribute) return { name, type: AttributeType.INT, i: BigInt(attribute.int) };
  if ("ints" in attribute) return { name, type: AttributeType.INTS, ints: attribute.ints.map(BigInt) };
  return { name, type: AttributeType.FLOAT, f: attribute.float };
}
