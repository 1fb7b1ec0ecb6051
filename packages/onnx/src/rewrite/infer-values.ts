import { TensorProto_DataType as Type } from "onnx-buf";
import { type Inference, normal, slicesOf } from "./inference.ts";
import { type Length, minus, over, plus, product, times } from "./lengths.ts";
import { attributeOf, intAttribute } from "./nodes.ts";
import { intsOf } from "./tensors.ts";

type Rule = (inference: Inference) => readonly Length[] | undefined;

const same: Rule = ({ input }) => input(0).values;

const arithmetic =
  (compute: (a: Length, b: Length) => Length): Rule =>
  ({ input }) => {
    const [a, b] = [input(0), input(1)];
    const rank = Math.max(a.shape?.length ?? 2, b.shape?.length ?? 2);
    if (a.values === undefined || b.values === undefined || rank > 1) return undefined;
    const [x, y] = [a.values, b.values];
    const size = x.length === 1 ? y.length : x.length;
    if (y.length !== size && y.length !== 1) return undefined;
    const at = (values: readonly Length[], i: number) => values[values.length === 1 ? 0 : i]!;
    return Array.from({ length: size }, (_, i) => compute(at(x, i), at(y, i)));
  };

const rules: Readonly<Record<string, Rule>> = {
  Identity: same,
  Squeeze: same,
  Unsqueeze: (inference) => ((inference.input(0).shape?.length ?? 2) < 1 ? same(inference) : undefined),
  Floor: same,
  Reshape({ input }) {
    const rank = input(1).values?.length ?? input(1).shape?.[0];
    return rank === 0 || rank === 1 ? input(0).values : undefined;
  },
  Cast({ node, input }) {
    const to = intAttribute(node, "to");
    return to === Type.BOOL ? undefined : input(0).values;
  },

  Shape({ node, input }) {
    const { shape } = input(0);
    if (shape === undefined) return undefined;
    return shape.slice(intAttribute(node, "start", 0), intAttribute(node, "end", shape.length));
  },
  Size({ input }) {
    const { shape } = input(0);
    return shape && [product(shape)];
  },

  Gather({ node, input }) {
    const [{ values, shape }, indices] = [input(0), input(1)];
    if (values === undefined || shape?.length !== 1 || indices.values === undefined) return undefined;
    if ((indices.shape?.length ?? 2) > 1 || intAttribute(node, "axis", 0) > 0) return undefined;
    const picked = indices.values.map((i) =>
      typeof i === "number" ? values[normal(i, values.length)] : undefined,
    );
    return picked.includes(undefined) ? undefined : (picked as Length[]);
  },

  Slice(inference) {
    const { values, shape } = inference.input(0);
    const slice = slicesOf(inference)?.[0];
    if (values === undefined || shape?.length !== 1 || slice?.step !== 1) return undefined;
    const { start, end } = slice;
    return typeof start === "number" && typeof end === "number" ? values.slice(start, end) : undefined;
  },

  Concat({ node, input }) {
    const parts = node.input.map((_, i) => input(i));
    const all = parts.flatMap(({ values, shape }): readonly (Length | undefined)[] =>
      shape?.length === 1 && values ? values : [undefined],
    );
    return all.includes(undefined) || all.length > 256 ? undefined : (all as Length[]);
  },

  Add: arithmetic(plus),
  Sub: arithmetic(minus),
  Mul: arithmetic(times),
  Div(inference) {
    const { type } = inference.input(0);
    const whole = type === Type.INT64 || type === Type.INT32;
    const quotients = arithmetic(over)(inference);
    if (whole || quotients === undefined) return quotients;
    const products = arithmetic((a, b) => (times(over(a, b), b) === a ? over(a, b) : "?"))(inference);
    return products?.includes("?") ? undefined : products;
  },

  ReduceProd({ node, input }) {
    const { values, shape } = input(0);
    if (values === undefined || shape?.length !== 1 || intAttribute(node, "keepdims", 1) === 1)
      return undefined;
    return [product(values)];
  },

  ConstantOfShape({ node, input }) {
    const size = input(0).values?.[0];
    const { value } = { value: attributeOf(node, "value")?.t };
    const element = value && intsOf(value)?.[0];
    if (element === undefined || input(0).values?.length !== 1) return undefined;
    return typeof size === "number" && size <= 64 ? new Array<number>(size).fill(element) : undefined;
  },

  /** As 0 and 1; a length is never negative. */
  Equal({ input }) {
    const [a, b] = [input(0).values, input(1).values];
    if (a === undefined || b === undefined || (a.length !== b.length && b.length !== 1)) return undefined;
    const results = a.map((x, i) => {
      const y = b[b.length === 1 ? 0 : i]!;
      if (typeof x === "number" && typeof y === "number") return Number(x === y);
      if (x === y) return 1;
      return [x, y].some((length) => typeof length === "number" && length < 0) ? 0 : undefined;
    });
    return results.includes(undefined) ? undefined : (results as number[]);
  },

  Where({ input }) {
    const [condition, a, b] = [input(0).values, input(1).values, input(2).values];
    if (condition === undefined || a === undefined || b === undefined) return undefined;
    if (a.length !== condition.length || b.length !== condition.length) return undefined;
    return condition.map((chosen, i) => (chosen === 1 ? a[i]! : b[i]!));
  },
};

const table = new Map(Object.entries(rules));

/** The elements of a node's first output, where it has few and they are whole numbers. */
export const inferValues: Rule = (inference) => table.get(inference.node.opType)?.(inference);
