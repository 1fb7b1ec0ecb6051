import type { Operand, Primitives } from "@posenc/core";
import { exactSincos } from "./exact-sincos.ts";
import type { Edge, Graph } from "./graph.ts";
import { type Attributes, type ElementType, typeNumbers } from "./proto.ts";

export function onnxPrimitives(graph: Graph): Primitives<Edge> {
  const ints = (...values: number[]) => graph.constant(Int32Array.from(values), [values.length]);

  const node = (operator: string, inputs: Edge[], rank: number, attributes?: Attributes): Edge =>
    graph.node(operator, inputs, { type: inputs[0]!.type, rank }, attributes);

  const unary =
    (operator: string) =>
    (x: Edge): Edge =>
      node(operator, [x], x.rank);

  function number(value: number, type: ElementType): Edge {
    if (type !== "int32") return graph.constant(Float32Array.of(value), []);
    if (Number.isSafeInteger(value)) return graph.constant(Int32Array.of(value), []);
    throw new RangeError(`onnx: a number beside an int32 tensor must be whole, got ${value}`);
  }

  function operands(operator: string, a: Operand<Edge>, b: Operand<Edge>): [Edge, Edge] {
    const typeBeside = (other: Operand<Edge>) => (typeof other === "number" ? "float32" : other.type);
    const x = typeof a === "number" ? number(a, typeBeside(b)) : a;
    const y = typeof b === "number" ? number(b, x.type) : b;
    if (x.type === y.type) return [x, y];
    throw new TypeError(`onnx: operands of ${operator} must have one type, got ${x.type} and ${y.type}`);
  }

  const binary =
    (operator: string) =>
    (a: Operand<Edge>, b: Operand<Edge>): Edge => {
      const [x, y] = operands(operator, a, b);
      return node(operator, [x, y], Math.max(x.rank, y.rank));
    };

  function cast(x: Edge, type: ElementType): Edge {
    if (x.type === type) return x;
    return graph.node("Cast", [x], { type, rank: x.rank }, { to: { int: typeNumbers[type] } });
  }

  /** The axes are an attribute up to opset 17, then an input. */
  const reduction =
    (operator: string) =>
    (x: Edge, axis: number): Edge => {
      const keepdims = { int: 1 };
      const operand = cast(x, "float32");
      return graph.opset < 18
        ? node(operator, [operand], x.rank, { axes: { ints: [axis] }, keepdims })
        : node(operator, [operand, ints(axis)], x.rank, { keepdims });
    };

  /** A 0 takes the length that the input has there. */
  const reshape = (x: Edge, kept: number, sizes: readonly number[]): Edge =>
    node("Reshape", [x, ints(...new Array<number>(kept).fill(0), ...sizes)], kept + sizes.length);

  const primitives: Primitives<Edge> = {
    describe: (x) => ({
      shape: graph.shapeOf(x),
      dtype: x.type === "int32" ? "int32" : "float32",
    }),
    constant: graph.constant,

    add: binary("Add"),
    sub: binary("Sub"),
    mul: binary("Mul"),
    div: binary("Div"),
    minimum: binary("Min"),
    maximum: binary("Max"),

    neg: unary("Neg"),
    abs: unary("Abs"),
    floor: (x) => (x.type === "int32" ? x : unary("Floor")(x)),
    sqrt: unary("Sqrt"),
    exp: unary("Exp"),
    log: unary("Log"),
    sin: unary("Sin"),
    cos: unary("Cos"),
    float: (x) => cast(x, "float32"),
    int: (x) => cast(x, "int32"),

    less(a, b) {
      const [x, y] = operands("Less", a, b);
      return graph.node("Less", [x, y], { type: "bool", rank: Math.max(x.rank, y.rank) });
    },
    where(condition, a, b) {
      const [x, y] = operands("Where", a, b);
      const rank = Math.max(condition.rank, x.rank, y.rank);
      return graph.node("Where", [cast(condition, "bool"), x, y], { type: x.type, rank });
    },

    expandDims: (x, axis) => node("Unsqueeze", [x, ints(x.rank + 1 + axis)], x.rank + 1),
    squeeze: (x, axis) => node("Squeeze", [x, ints(x.rank + axis)], x.rank - 1),
    swapAxes(x, first, second) {
      const perm = Array.from({ length: x.rank }, (_, axis) => axis);
      const [i, j] = [x.rank + first, x.rank + second];
      [perm[i], perm[j]] = [j, i];
      const attributes = { perm: { ints: perm } };
      const made = graph.nodeOf(x);
      const back = made?.operator === "Transpose" && same(made.attributes, attributes);
      return back ? made.inputs[0]! : node("Transpose", [x], x.rank, attributes);
    },
    unflatten: (x, sizes) => reshape(x, x.rank - 1, sizes),
    flatten(x, size) {
      const made = graph.nodeOf(x);
      const sizes = made?.operator === "Reshape" ? graph.dataOf(made.inputs[1]!) : undefined;
      const back = sizes && same([...sizes.slice(0, -2)], new Array(x.rank - 2).fill(0));
      if (back && made!.inputs[0]!.rank === x.rank - 1 && sizes.at(-2)! * sizes.at(-1)! === size) {
        return made!.inputs[0]!;
      }
      return reshape(x, x.rank - 2, [size]);
    },
    concat: (xs, axis) => node("Concat", [...xs], xs[0]!.rank, { axis: { int: axis } }),
    split: (x, sizes, axis) =>
      graph.nodes(
        "Split",
        [x, ints(...sizes)],
        sizes.map(() => ({ type: x.type, rank: x.rank })),
        { axis: { int: axis } },
      ),
    gather: (table, indices) =>
      node("Gather", [table, indices], indices.rank + table.rank - 1, { axis: { int: 0 } }),
    takeAlong(x, indices) {
      const shape = (...inputs: Edge[]) =>
        graph.node("Shape", inputs, { type: "int32", rank: 1 }, { end: { int: -1 } });
      const rows = graph.node(
        "Concat",
        [shape(x), ints(1)],
        { type: "int32", rank: 1 },
        { axis: { int: 0 } },
      );
      const places = node("Expand", [indices, rows], x.rank);
      return node("GatherElements", [x, places], x.rank, { axis: { int: -1 } });
    },
    uniqueDistances(queries, keys) {
      const each = primitives.sub(primitives.expandDims(keys, -2), primitives.expandDims(queries, -1));
      const flat = { type: "int32", rank: 1 } as const;
      const [distances, , index] = graph.nodes("Unique", [each], [flat, flat, flat, flat]) as [
        Edge,
        Edge,
        Edge,
      ];
      return { distances, index: node("Reshape", [index, node("Shape", [each], 1)], each.rank) };
    },

    matMul: (a, b) => node("MatMul", [a, b], Math.max(a.rank, b.rank)),
    sum: (x, axis) => node("ReduceSum", [cast(x, "float32"), ints(axis)], x.rank, { keepdims: { int: 1 } }),
    mean: reduction("ReduceMean"),
    max: reduction("ReduceMax"),

    exactSincos: (positions, frequencies) => exactSincos(graph, positions, frequencies),
  };
  return primitives;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
