import type { GraphProto, TensorProto } from "onnx-buf";
import { bitsOf } from "../read/check-tensor.ts";
import { type ReadModelOptions, readFor } from "../read/read-model.ts";
import { subgraphsOf } from "../rewrite/nodes.ts";
import { describeValue, type InspectedValue } from "./describe-type.ts";
import { type FoundEncoding, findEncodings } from "./find-encodings.ts";

/** What an ONNX file is, as plain data. */
export interface InspectedModel {
  readonly irVersion: number;
  /** Who wrote it, with the version where that is said. */
  readonly producer: string;
  /** Versions of operators by domain; the default domain is "ai.onnx". */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Initializers, of all graphs in the file. */
  readonly parameters: {
    readonly tensors: number;
    readonly elements: number;
    readonly bytes: number;
    /** Tensors whose data is in another file. */
    readonly external: number;
  };
  readonly nodes: number;
  readonly functions: number;
  readonly encodings: readonly FoundEncoding[];
}

/**
 * Says what an ONNX file takes and gives, and which position encodings it has: those that its metadata names, calls of
 * posenc's functions, RotaryEmbedding operators, and rotations spelled out in plain operators.
 *
 * @throws TypeError, RangeError for a file that {@link readModel} refuses
 */
export function inspectModel(bytes: Uint8Array, options: ReadModelOptions = {}): InspectedModel {
  const model = readFor("inspectModel", bytes, options);
  const graph = model.graph!;
  const graphs = graphsOf(graph);
  const tensors = graphs.flatMap(({ initializer }) => initializer);
  const given = new Set(graph.initializer.map(({ name }) => name));
  const facts = {
    irVersion: Number(model.irVersion),
    producer: [model.producerName, model.producerVersion].filter((text) => text !== "").join(" "),
    opsets: Object.fromEntries(
      model.opsetImport.map(({ domain, version }) => [domain || "ai.onnx", Number(version)]),
    ),
    inputs: graph.input.filter(({ name }) => !given.has(name)).map(describeValue),
    outputs: graph.output.map(describeValue),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    parameters: {
      tensors: tensors.length,
      elements: sum(tensors.map(sizeOf)),
      bytes: sum(tensors.map(bytesOf)),
      external: tensors.filter(({ dataLocation }) => dataLocation === 1).length,
    },
    nodes: sum(graphs.map(({ node }) => node.length)),
    functions: model.functions.length,
  };
  return { ...facts, encodings: findEncodings("inspectModel", model) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const sizeOf = ({ dims }: TensorProto): number => dims.reduce((size, length) => size * Number(length), 1);

const bytesOf = (tensor: TensorProto): number => {
  const bits = bitsOf(tensor.dataType);
  return bits === undefined
    ? sum(tensor.stringData.map(({ length }) => length))
    : Math.ceil((sizeOf(tensor) * bits) / 8);
};

function graphsOf(graph: GraphProto): GraphProto[] {
  return [graph, ...graph.node.flatMap((node) => subgraphsOf(node).flatMap(({ graph }) => graphsOf(graph)))];
}
