/** A graph as the protobuf messages of an ONNX file. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { DType } from "@posenc/core";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  TensorProto_DataType as TensorType,
  type ValueInfoProtoSchema,
} from "onnx-buf";

const IR_VERSION = 8n;
const OPSET = 17n;

/** "int32" is int64 in the file: ONNX wants it so for indices. The last two never leave the graph. */
export type ElementType = DType | "float64" | "bool";

/** A length of an input or output: a number, or the name of a length that each run may choose. */
export type Dim = number | string;

/** int32 is written as int64. */
export type HostData = Float32Array | Float64Array | Int32Array;
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (Dim | undefined)[];
}

export interface GraphParts {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: ValueInfo[];
  /** `edge` is the tensor's name inside the graph. */
  readonly outputs: (ValueInfo & { readonly edge: string })[];
  readonly tensors: {
    readonly name: string;
    readonly data: HostData;
    readonly shape: readonly number[];
  }[];
  readonly nodes: {
    readonly name: string;
    readonly operator: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes: Attributes;
  }[];
}

/** The number of a type in an ONNX file, as the `to` of a Cast. */
export const typeNumbers: Readonly<Record<ElementType, number>> = {
  float32: TensorType.FLOAT,
  int32: TensorType.INT64,
  float64: TensorType.DOUBLE,
  bool: TensorType.BOOL,
};

export function modelBytes({ name, metadata, inputs, outputs, tensors, nodes }: GraphParts): Uint8Array {
  const { renamed, copies } = nameOutputs(nodes, outputs);
  const named = (edge: string) => renamed.get(edge) ?? edge;
  const all = [...nodes, ...copies];
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET }],
    producerName: "posenc",
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
      initializer: tensors.map(({ name, data, shape }) => tensorProto(name, data, shape)),
      node: all.map(
        ({ name, operator, inputs, outputs, attributes }): MessageInitShape<typeof NodeProtoSchema> => ({
          name,
          opType: operator,
          input: inputs.map(named),
          output: outputs.map(named),
          attribute: Object.entries(attributes).map(attributeProto),
        }),
      ),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** A node's result takes the output's name; what has its own name already (an input, say) is copied. */
function nameOutputs(nodes: GraphParts["nodes"], outputs: GraphParts["outputs"]) {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: GraphParts["nodes"] = [];
  for (const { name, edge } of outputs) {
    if (computed.has(edge) && !renamed.has(edge)) renamed.set(edge, name);
    else
      copies.push({
        name: `Identity_${name}`,
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

function tensorProto(
  name: string,
  data: HostData,
  shape: readonly number[],
): MessageInitShape<typeof TensorProtoSchema> {
  const { bytes, type } = littleEndian(data);
  return { name, dims: shape.map(BigInt), dataType: typeNumbers[type], rawData: bytes };
}

function littleEndian(data: HostData): { bytes: Uint8Array<ArrayBuffer>; type: ElementType } {
  const width = data instanceof Float32Array ? 4 : 8;
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  if (data instanceof Float32Array) {
    for (let i = 0; i < data.length; i++) view.setFloat32(i * width, data[i]!, true);
    return { bytes, type: "float32" };
  }
  if (data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) view.setFloat64(i * width, data[i]!, true);
    return { bytes, type: "float64" };
  }
  for (let i = 0; i < data.length; i++) view.setBigInt64(i * width, BigInt(data[i]!), true);
  return { bytes, type: "int32" };
}

function attributeProto([name, attribute]: [string, Attribute]): MessageInitShape<
  typeof AttributeProtoSchema
> {
  if ("int" in attribute) return { name, type: AttributeType.INT, i: BigInt(attribute.int) };
  if ("ints" in attribute) return { name, type: AttributeType.INTS, ints: attribute.ints.map(BigInt) };
  return { name, type: AttributeType.FLOAT, f: attribute.float };
}
