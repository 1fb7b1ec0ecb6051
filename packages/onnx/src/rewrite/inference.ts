import type { NodeProto } from "onnx-buf";
import { type Length, minus, type Shape } from "./lengths.ts";
import { attributeOf } from "./nodes.ts";

/** What is known of an edge before the graph runs. */
export interface Known {
  readonly type?: number | undefined;
  readonly shape?: Shape | undefined;
  /** The elements of a small tensor of whole numbers. */
  readonly values?: readonly Length[] | undefined;
}

export interface Inference {
  readonly node: NodeProto;
  readonly opset: number;
  /** Of input i; empty where it is left out. */
  input(i: number): Known;
  /** A name for a length of which nothing is known. */
  fresh(output: number, axis: number): string;
}

/** Axes from 0, given as an attribute or as input `i`, whichever there is. */
export function axesOf(
  { node, input }: Pick<Inference, "node" | "input">,
  i: number,
  rank: number,
): number[] | undefined {
  const given = attributeOf(node, "axes")?.ints.map(Number) ?? (node.input[i] ? input(i).values : undefined);
  if (given === undefined || !given.every((axis) => typeof axis === "number")) return undefined;
  return given.map((axis) => (axis < 0 ? axis + rank : axis));
}

export const normal = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export interface SliceOf {
  readonly axis: number;
  readonly start: Length;
  readonly end: Length;
  readonly step: Length;
}

/** From 2^31 − 1 on, an end means the end of the axis. */
export const isEnd = (end: Length): boolean => typeof end === "number" && end >= 0x7fffffff;

/** What a Slice takes of each axis that it touches; undefined where that is computed at each run. */
export function slicesOf({ node, input }: Pick<Inference, "node" | "input">): SliceOf[] | undefined {
  const { shape } = input(0);
  const [starts, ends] = [input(1).values, input(2).values];
  if (shape === undefined || starts === undefined || ends?.length !== starts.length) return undefined;
  const axes = node.input[3] ? input(3).values : starts.map((_, i) => i);
  const steps = node.input[4] ? input(4).values : starts.map(() => 1);
  if (axes === undefined || steps === undefined) return undefined;
  if (!axes.every((axis) => typeof axis === "number" && shape.at(axis) !== undefined)) return undefined;
  return starts.map((start, i) => {
    const axis = normal(Number(axes[i]), shape.length);
    const length = shape[axis]!;
    const place = (at: Length) => {
      if (typeof at !== "number") return at;
      if (at < 0 && at > -0x7fffffff) return minus(length, -at);
      return typeof length === "number" && at > length ? length : at;
    };
    return { axis, start: place(start), end: place(ends[i]!), step: steps[i] ?? 1 };
  });
}
