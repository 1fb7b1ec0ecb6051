import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  TensorProto_DataType as Type,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import { tensorType } from "../read/files.fixture.ts";

type AttributeValue = number | readonly number[] | { readonly float: number } | { readonly tensor: Tensor };
type Tensor = MessageInitShape<typeof TensorProtoSchema>;
type Node = MessageInitShape<typeof NodeProtoSchema>;
type Info = MessageInitShape<typeof ValueInfoProtoSchema>;

export interface Builder {
  input(name: string, type: Type, ...dims: (number | string)[]): string;
  /** float32, with so many axes of any length. */
  output(name: string, edge: string, rank?: number): void;
  node(operator: string, inputs: readonly string[], attributes?: Record<string, AttributeValue>): string;
  nodes(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes?: Record<string, AttributeValue>,
  ): string[];
  /** int64, as a Constant node (as TorchScript writes it) or, with `initializers`, as an initializer (as dynamo). */
  ints(...values: number[]): string;
  int(value: number): string;
  floats(values: ArrayLike<number>, dims: readonly number[]): string;
  bytes(): Uint8Array;
}

const int64 = (values: readonly number[], dims: readonly number[]): Tensor => ({
  dataType: Type.INT64,
  dims: dims.map(BigInt),
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

const float32 = (values: ArrayLike<number>, dims: readonly number[]): Tensor => ({
  dataType: Type.FLOAT,
  dims: dims.map(BigInt),
  rawData: new Uint8Array(Float32Array.from(values).buffer),
});

function attribute(name: string, value: AttributeValue) {
  if (typeof value === "number") return { name, type: AttributeType.INT, i: BigInt(value) };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if ("tensor" in value) return { name, type: AttributeType.TENSOR, t: value.tensor };
  return { name, type: AttributeType.INTS, ints: [...value].map(BigInt) };
}

/** A graph, node by node, as an exporter would write it. */
export function builder({
  opset = 17,
  initializers = false,
  domains = {} as Record<string, number>,
} = {}): Builder {
  const nodes: Node[] = [];
  const inputs: Info[] = [];
  const outputs: Info[] = [];
  const tensors: Tensor[] = [];
  let count = 0;

  function constant(tensor: Tensor): string {
    if (!initializers) return node("Constant", [], { value: { tensor } });
    const name = `val_${count++}`;
    tensors.push({ ...tensor, name });
    return name;
  }

  function many(operator: string, input: readonly string[], outputs: number, attributes = {}): string[] {
    const id = count++;
    const output = Array.from({ length: outputs }, (_, i) => `/${operator}_${id}_output_${i}`);
    const [domain, opType] = operator.includes(":") ? operator.split(":") : ["", operator];
    nodes.push({
      name: `/${operator}_${id}`,
      opType: opType!,
      domain: domain!,
      input: [...input],
      output,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value as AttributeValue)),
    });
    return output;
  }

  const node: Builder["node"] = (operator, inputs, attributes) => many(operator, inputs, 1, attributes)[0]!;

  return {
    node,
    nodes: many,
    input(name, type, ...dims) {
      inputs.push({ name, type: tensorType(type, ...dims) });
      return name;
    },
    output(name, edge, rank = 4) {
      nodes.push({ name: `/to_${name}`, opType: "Identity", input: [edge], output: [name] });
      outputs.push({
        name,
        type: tensorType(Type.FLOAT, ...Array.from({ length: rank }, (_, i) => `${name}_${i}`)),
      });
    },
    ints: (...values) => constant(int64(values, [values.length])),
    int: (value) => constant(int64([value], [])),
    floats: (values, dims) => constant(float32(values, dims)),
    bytes: () =>
      toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          irVersion: 8n,
          producerName: "pytorch",
          opsetImport: [
            { domain: "", version: BigInt(opset) },
            ...Object.entries(domains).map(([domain, version]) => ({ domain, version: BigInt(version) })),
          ],
          graph: { name: "main_graph", node: nodes, input: inputs, output: outputs, initializer: tensors },
        }),
      ),
  };
}
