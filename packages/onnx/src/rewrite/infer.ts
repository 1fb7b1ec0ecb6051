import { type NodeProto, TensorProto_DataType as Type } from "onnx-buf";
import { inferValues } from "./infer-values.ts";
import { axesOf, type Inference, isEnd, type Known, normal, type SliceOf, slicesOf } from "./inference.ts";
import { broadcast, type Length, minus, over, plus, product, type Shape, times } from "./lengths.ts";
import { attributeOf, intAttribute, isStandard, MICROSOFT } from "./nodes.ts";

type Rule = (inference: Inference) => readonly (Shape | undefined)[] | undefined;

const first: Rule = ({ input, node }) => node.output.map((_, i) => (i === 0 ? input(0).shape : undefined));

const elementwise: Rule = ({ node, input }) => {
  let shape: Shape | undefined = [];
  for (let i = 0; i < node.input.length; i++) {
    const next = input(i).shape;
    shape = shape && next && broadcast(shape, next);
  }
  return [shape];
};

const reduction: Rule = (inference) => {
  const { node, input } = inference;
  const { shape } = input(0);
  if (shape === undefined) return undefined;
  const keep = intAttribute(node, "keepdims", 1) === 1;
  const given = attributeOf(node, "axes") !== undefined || (node.input[1] ?? "") !== "";
  const axes = given ? axesOf(inference, 1, shape.length) : shape.map((_, axis) => axis);
  if (axes === undefined) return undefined;
  if (keep) return [shape.map((length, axis) => (axes.includes(axis) ? 1 : length))];
  return [shape.filter((_, axis) => !axes.includes(axis))];
};

const rules: Readonly<Record<string, Rule>> = {
  Transpose({ node, input }) {
    const { shape } = input(0);
    const perm = attributeOf(node, "perm")?.ints.map(Number) ?? shape?.map((_, axis) => axis).reverse();
    return [shape && perm?.map((axis) => shape[axis] ?? 1)];
  },

  Reshape(inference) {
    const { node, input, fresh } = inference;
    const [{ shape }, { values, shape: sizes }] = [input(0), input(1)];
    if (values === undefined) {
      const rank = sizes?.length === 1 ? sizes[0] : undefined;
      if (typeof rank !== "number" || rank > 64) return undefined;
      return [Array.from({ length: rank }, (_, axis) => fresh(0, axis))];
    }
    const copies = intAttribute(node, "allowzero", 0) === 0;
    const known = values.map((length, axis) => (length === 0 && copies ? shape?.[axis] : length));
    const rest = known.filter((length) => length !== -1);
    return [
      known.map((length, axis) => {
        if (length !== -1) return length ?? fresh(0, axis);
        if (shape === undefined || rest.includes(undefined)) return fresh(0, axis);
        return quotient(shape, rest as Length[]) ?? fresh(0, axis);
      }),
    ];
  },

  Unsqueeze(inference) {
    const { shape } = inference.input(0);
    const count = axesOf(inference, 1, 0)?.length;
    if (shape === undefined || count === undefined) return undefined;
    const axes = axesOf(inference, 1, shape.length + count)!;
    const rest = [...shape];
    return [
      Array.from({ length: shape.length + count }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!)),
    ];
  },

  Squeeze(inference) {
    const { shape } = inference.input(0);
    const axes = shape && axesOf(inference, 1, shape.length);
    return [axes && shape.filter((_, axis) => !axes.includes(axis))];
  },

  Concat({ node, input }) {
    const shapes = node.input.map((_, i) => input(i).shape);
    const [first] = shapes;
    if (first === undefined || shapes.some((shape) => shape?.length !== first.length)) return undefined;
    const axis = normal(intAttribute(node, "axis", 0), first.length);
    const length = shapes.map((shape) => shape![axis]!).reduce(plus);
    return [first.map((each, i) => (i === axis ? length : each))];
  },

  Slice(inference) {
    const { input, fresh } = inference;
    const { shape } = input(0);
    const slices = slicesOf(inference);
    if (shape === undefined || slices === undefined) return [shape?.map((_, axis) => fresh(0, axis))];
    return [
      shape.map((length, axis) => {
        const slice = slices.find((slice) => slice.axis === axis);
        return slice ? (sliceLength(length, slice) ?? fresh(0, axis)) : length;
      }),
    ];
  },

  Split({ node, input, fresh }) {
    const { shape } = input(0);
    if (shape === undefined) return undefined;
    const axis = normal(intAttribute(node, "axis", 0), shape.length);
    const sizes = attributeOf(node, "split")?.ints.map(Number) ?? input(1).values;
    const equal = over(shape[axis]!, node.output.length);
    const even = typeof equal !== "number" || times(equal, node.output.length) === shape[axis];
    return node.output.map((_, i) =>
      shape.map((length, at) =>
        at === axis ? (sizes?.[i] ?? (even && !node.input[1] ? equal : fresh(i, at))) : length,
      ),
    );
  },

  Gather({ node, input }) {
    const [{ shape }, { shape: indices }] = [input(0), input(1)];
    if (shape === undefined || indices === undefined) return undefined;
    const axis = normal(intAttribute(node, "axis", 0), shape.length);
    return [[...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)]];
  },

  MatMul({ input }) {
    const [a, b] = [input(0).shape, input(1).shape];
    if (a === undefined || b === undefined || a.length < 2 || b.length < 2) return undefined;
    const leading = broadcast(a.slice(0, -2), b.slice(0, -2));
    return [leading && [...leading, a.at(-2)!, b.at(-1)!]];
  },

  Gemm({ node, input }) {
    const [a, b] = [input(0).shape, input(1).shape];
    if (a?.length !== 2 || b?.length !== 2) return undefined;
    const across = (shape: Shape, name: string, axis: number) =>
      shape[intAttribute(node, name, 0) === 0 ? axis : 1 - axis]!;
    return [[across(a, "transA", 0), across(b, "transB", 1)]];
  },

  Shape: ({ input, fresh }) => [[input(0).shape?.length ?? fresh(0, 0)]],
  Size: () => [[]],
  Range: ({ fresh }) => [[fresh(0, 0)]],

  Expand({ input, fresh }) {
    const [{ shape }, { values, shape: sizes }] = [input(0), input(1)];
    if (shape === undefined) return undefined;
    if (values) return [broadcast(shape, values)];
    const rank = sizes?.[0];
    if (typeof rank !== "number" || rank > 64) return undefined;
    return [Array.from({ length: Math.max(rank, shape.length) }, (_, axis) => fresh(0, axis))];
  },

  Tile({ input, fresh }) {
    const [{ shape }, { values }] = [input(0), input(1)];
    return [shape?.map((length, axis) => (values ? times(length, values[axis] ?? 1) : fresh(0, axis)))];
  },

  ConstantOfShape: ({ input }) => [input(0).values],

  Flatten({ node, input }) {
    const { shape } = input(0);
    if (shape === undefined) return undefined;
    const axis = normal(intAttribute(node, "axis", 1), shape.length);
    return [[product(shape.slice(0, axis)), product(shape.slice(axis))]];
  },
};

const names = (text: string) => text.trim().split(/\s+/);

const unary =
  names(`Neg Abs Sin Cos Tan Exp Log Sqrt Reciprocal Floor Ceil Round Sign Sigmoid Tanh Relu Gelu Erf Softmax
  LogSoftmax LayerNormalization RMSNormalization Identity Cast CastLike Dropout Clip Softplus Softsign HardSwish
  HardSigmoid LeakyRelu Elu Selu Celu Mish Not Trilu CumSum IsNaN IsInf RotaryEmbedding SimplifiedLayerNormalization
  QuickGelu FastGelu BiasGelu ScatterND ScatterElements BatchNormalization PRelu ThresholdedRelu LpNormalization
  DequantizeLinear QuantizeLinear`);
const binary =
  names(`Add Sub Mul Div Pow Mod And Or Xor Equal Less LessOrEqual Greater GreaterOrEqual Where Min Max
  Sum Mean BitShift`);
const reductions = names(`ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum
  ReduceLogSumExp ReduceSumSquare`);

const shapeRules = new Map<string, Rule>([
  ...Object.entries(rules),
  ...unary.map((name) => [name, first] as const),
  ...binary.map((name) => [name, elementwise] as const),
  ...reductions.map((name) => [name, reduction] as const),
]);

const booleans = new Set(names("Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Not IsNaN IsInf"));

/** What is known of a node's outputs, from what is known of its inputs. */
export function infer(inference: Inference): Known[] {
  const { node, input } = inference;
  if (!isStandard(node) && node.domain !== MICROSOFT) return node.output.map(() => ({}));
  const shapes = shapeRules.get(node.opType)?.(inference);
  const values = isStandard(node) ? inferValues(inference) : undefined;
  return node.output.map((_, i) => ({
    type: typeOf(node, input),
    shape: shapes?.[i],
    values: i === 0 ? values : undefined,
  }));
}

function typeOf(node: NodeProto, input: Inference["input"]): number | undefined {
  const { opType } = node;
  if (opType === "Cast") return intAttribute(node, "to");
  if (opType === "Shape" || opType === "Size") return Type.INT64;
  if (opType === "ConstantOfShape") return attributeOf(node, "value")?.t?.dataType ?? Type.FLOAT;
  if (booleans.has(opType)) return Type.BOOL;
  if (opType === "Where" || opType === "CastLike") return input(1).type;
  return shapeRules.has(opType) ? input(0).type : undefined;
}

function sliceLength(length: Length, { start, end, step }: SliceOf): Length | undefined {
  if (start === 0 && step === 1 && isEnd(end)) return length;
  if (
    typeof length === "number" &&
    typeof start === "number" &&
    typeof end === "number" &&
    typeof step === "number"
  ) {
    if (step <= 0) return undefined;
    const [from, to] = [Math.min(start, length), Math.min(end, length)];
    return Math.max(0, Math.ceil((to - from) / step));
  }
  if (step === 2 && isEnd(end) && (start === 0 || start === 1)) return over(length, 2);
  if (step !== 1) return undefined;
  if (isEnd(end) || end === length) return minus(length, start);
  return start === 0 && end === over(length, 2) ? end : undefined;
}

/** The product of `all` divided by that of `rest`, where the latter's factors are among the former's. */
function quotient(all: readonly Length[], rest: readonly Length[]): Length | undefined {
  const open = [...all];
  let divisor = 1;
  for (const length of rest) {
    const at = open.indexOf(length);
    if (at >= 0) open.splice(at, 1);
    else if (typeof length === "number" && length > 0) divisor *= length;
    else return undefined;
  }
  const numbers = open.filter((length) => typeof length === "number").reduce((a, b) => a * b, 1);
  const symbols = open.filter((length) => typeof length === "string");
  if (numbers % divisor !== 0) return symbols.length === 0 ? undefined : over(product(open), divisor);
  return times(numbers / divisor, product(symbols));
}
