import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorProto_DataType as Type,
} from "onnx-buf";
import { asOperator } from "./nodes.ts";
import { axesOf } from "./pairs.ts";
import type { Scope } from "./scope.ts";

export interface NodeOptions {
  readonly attributes?: readonly MessageInitShape<typeof AttributeProtoSchema>[];
  readonly domain?: string;
  /** The name of its output; a fresh one unless given. */
  readonly output?: string;
}

/** Nodes to be put into a graph. The same node with the same inputs is there once. */
export interface Draft {
  readonly scope: Scope;
  node(operator: string, inputs: readonly string[], options?: NodeOptions): string;
  /** A node with two outputs. */
  split(x: string, axis: number): [string, string];
  ints(...values: number[]): string;
  /** One whole number, without axes. */
  int(value: number): string;
  tensor(key: string, make: (name: string) => TensorProto): string;
  unsqueeze(x: string, ...axes: number[]): string;
  squeeze(x: string, rank: number, axis: number, output?: string): string;
  /** The same edge for the same key. */
  once(key: string, make: () => string): string;
  /** What was added since the last call, for the place that is worked on. */
  take(): { nodes: NodeProto[]; tensors: TensorProto[] };
  /** Forgets what was added since the last call of `take`. */
  drop(): void;
}

export const intAttr = (name: string, value: number) => ({
  name,
  type: AttributeType.INT,
  i: BigInt(value),
});
export const intsAttr = (name: string, values: readonly number[]) => ({
  name,
  type: AttributeType.INTS,
  ints: values.map(BigInt),
});

/** @param taken all names of the file; new ones are added */
export function draft(scope: Scope, taken: Set<string>): Draft {
  const known = new Map<string, string>();
  const made = new Map<string, NodeProto>();
  let [nodes, tensors, keys]: [NodeProto[], TensorProto[], string[]] = [[], [], []];
  const axesAreInputs = scope.opset >= 13;

  function fresh(stem: string): string {
    for (let i = 1; ; i++) {
      const name = `posenc_${stem}_${i}`;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  }

  function once(key: string, make: () => string): string {
    let edge = known.get(key);
    if (edge === undefined) {
      edge = make();
      known.set(key, edge);
      keys.push(key);
    }
    return edge;
  }

  function add(
    operator: string,
    input: readonly string[],
    output: readonly string[],
    { attributes = [], domain = "" }: NodeOptions,
  ): void {
    const node = create(NodeProtoSchema, {
      name: fresh(operator),
      opType: operator,
      domain,
      input: [...input],
      output: [...output],
      attribute: attributes.map((attribute): AttributeProto => create(AttributeProtoSchema, attribute)),
    });
    nodes.push(node);
    for (const edge of output) made.set(edge, node);
  }

  const keyOf = (operator: string, inputs: readonly string[], { attributes, domain }: NodeOptions = {}) =>
    JSON.stringify([operator, domain, inputs, attributes], (_, value: unknown) =>
      typeof value === "bigint" ? `${value}` : value,
    );

  function node(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const build = () => {
      const output = options.output ?? fresh(operator.toLowerCase());
      add(operator, inputs, [output], options);
      return output;
    };
    return options.output === undefined ? once(keyOf(operator, inputs, options), build) : build();
  }

  function ints(values: readonly number[], dims: readonly bigint[]): string {
    return tensor(`ints ${values.join()} [${dims.join()}]`, (name) =>
      create(TensorProtoSchema, {
        name,
        dataType: Type.INT64,
        dims: [...dims],
        rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
      }),
    );
  }

  function tensor(key: string, make: (name: string) => TensorProto): string {
    return once(key, () => {
      const name = fresh("constant");
      tensors.push(make(name));
      return name;
    });
  }

  function axesNode(operator: string, x: string, axes: readonly number[], output?: string): string {
    const named = output === undefined ? {} : { output };
    return axesAreInputs
      ? node(operator, [x, ints(axes, [BigInt(axes.length)])], named)
      : node(operator, [x], { attributes: [intsAttr("axes", axes)], ...named });
  }

  return {
    scope,
    node,
    tensor,
    split(x, axis) {
      const options = {
        attributes: [intAttr("axis", axis), ...(scope.opset >= 18 ? [intAttr("num_outputs", 2)] : [])],
      };
      const first = once(keyOf("Split", [x], options), () => {
        const outputs = [fresh("split"), fresh("split")];
        add("Split", [x], outputs, options);
        return outputs[0]!;
      });
      return [first, made.get(first)!.output[1]!];
    },
    ints: (...values) => ints(values, [BigInt(values.length)]),
    int: (value) => ints([value], []),
    unsqueeze: (x, ...axes) => axesNode("Unsqueeze", x, axes),
    once,
    squeeze(x, rank, axis, output) {
      if (output !== undefined) return axesNode("Squeeze", x, [axis], output);
      const node = asOperator(made.get(x) ?? scope.producer(x), "Unsqueeze");
      const given = node && (made.has(x) ? draftedAxes(node) : axesOf(scope, node, rank));
      if (given?.length === 1 && given[0] === axis) return node!.input[0]!;
      return axesNode("Squeeze", x, [axis]);
    },
    take() {
      const added = { nodes, tensors };
      [nodes, tensors, keys] = [[], [], []];
      return added;
    },
    drop() {
      for (const key of keys) known.delete(key);
      [nodes, tensors, keys] = [[], [], []];
    },
  };

  /** The axes of a node of this draft's own. */
  function draftedAxes(node: NodeProto): number[] | undefined {
    const attribute = node.attribute.find(({ name }) => name === "axes");
    if (attribute) return attribute.ints.map(Number);
    for (const [key, edge] of known) {
      const axes = /^ints ([\d,]+) \[\d+\]$/.exec(key)?.[1];
      if (edge === node.input[1] && axes !== undefined) return axes.split(",").map(Number);
    }
    return undefined;
  }
}
