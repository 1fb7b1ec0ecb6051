import type { Pairing } from "@posenc/core";
import type { NodeProto } from "onnx-buf";
import type { Draft } from "./draft.ts";
import { isEnd, normal, slicesOf } from "./inference.ts";
import { type Length, over, type Shape } from "./lengths.ts";
import { attributeOf, intAttribute, isStandard } from "./nodes.ts";
import { axesOf, flattened, makerOf, unsqueezed } from "./pairs.ts";
import { pickColumns, rawOf, sizeOf } from "./tensors.ts";

/** Why something is left as it is. */
export interface Refusal {
  readonly why: string;
}

const DEPTH = 64;
const unary = new Set(
  "Cos Sin Cast Neg Identity Exp Sqrt Reciprocal Abs Floor Round Tanh Relu Sigmoid".split(" "),
);
const binary = new Set("Mul Add Sub Div Pow Min Max".split(" "));

/** Column i of the half is column `pick(i)` of the whole, and column `twin(i)` is the same. */
const columns: Record<Pairing, (half: number) => { pick(i: number): number; twin(i: number): number }> = {
  halves: (half) => ({ pick: (i) => i, twin: (i) => i + half }),
  interleaved: () => ({ pick: (i) => 2 * i, twin: (i) => 2 * i + 1 }),
};

/**
 * An edge [..., half] in place of one [..., 2 · half] in which everything is there twice: one half after the other, or
 * each element beside itself. That it is there twice is proven, by going up the graph to where it was doubled; the
 * nodes on the way are drafted again, at half the width.
 */
export function halve(draft: Draft, edge: string, pairing: Pairing): string | Refusal {
  const { scope } = draft;
  const done = new Map<string, string | Refusal>();
  return follow(edge, 0);

  function follow(edge: string, depth: number): string | Refusal {
    let result = done.get(edge);
    if (result === undefined) {
      result = depth > DEPTH ? refuse(edge, "it is too far from where it is doubled") : halfOf(edge, depth);
      done.set(edge, result);
    }
    return result;
  }

  function refuse(edge: string, why: string): Refusal {
    return { why: `${JSON.stringify(edge)} is not known to be there twice: ${why}` };
  }

  function halfOf(edge: string, depth: number): string | Refusal {
    const { shape } = scope.known(edge);
    if (shape === undefined || shape.length === 0) return refuse(edge, "its axes are not known");
    if (scope.tensor(edge)) return constant(edge, shape);
    const { node } = makerOf(scope, edge);
    if (node === undefined) return refuse(edge, "it is an input");
    if (!isStandard(node)) return refuse(edge, `${node.opType} of ${node.domain} is not followed`);
    const input = node.input[0] ?? "";
    const last = shape.length - 1;
    const again = (inputs: string[], attributes = node.attribute) =>
      draft.node(node.opType, inputs, { attributes });
    const through = (rest = node.input.slice(1)) => {
      const half = follow(input, depth + 1);
      return typeof half === "string" ? again([half, ...rest]) : half;
    };
    const stop = () => refuse(edge, `${node.opType} is not followed`);

    if (unary.has(node.opType)) return through();
    if (binary.has(node.opType)) {
      const halves = node.input.map((each) => {
        const rank = scope.known(each).shape;
        return rank && (rank.at(-1) ?? 1) === 1 ? each : follow(each, depth + 1);
      });
      const refused = halves.find((half) => typeof half !== "string");
      return refused !== undefined ? refused : again(halves as string[]);
    }
    switch (node.opType) {
      case "Concat":
        return concat(edge, node, last, depth);
      case "Unsqueeze":
        return axesOf(scope, node, last + 1)?.every((axis) => axis < last) ? through() : stop();
      case "Squeeze": {
        const rank = scope.known(input).shape?.length ?? 0;
        return axesOf(scope, node, rank)?.every((axis) => axis < rank - 1) ? through() : stop();
      }
      case "Transpose":
        return Number(attributeOf(node, "perm")?.ints.at(-1) ?? 0n) === last ? through() : stop();
      case "Gather":
        return gather(edge, node, depth);
      case "Slice": {
        const slices = slicesOf({ node, input: (i) => scope.known(node.input[i] ?? "") });
        const whole = slices?.every(
          ({ axis, start, end, step }) =>
            axis !== last || (start === 0 && step === 1 && (isEnd(end) || end === shape[last])),
        );
        return whole ? through() : stop();
      }
      case "MatMul": {
        const right = follow(node.input[1]!, depth + 1);
        return last > 0 && typeof right === "string" ? again([input, right]) : right;
      }
      case "Expand":
        return expand(edge, node, shape, depth);
      case "Tile":
        return tile(edge, node, depth);
      case "Reshape":
        return reshape(edge, node, shape, depth);
      default:
        return stop();
    }
  }

  function constant(edge: string, shape: Shape): string | Refusal {
    const tensor = scope.tensor(edge)!;
    const raw = rawOf(tensor);
    const width = shape.at(-1);
    if (raw === undefined || typeof width !== "number") return refuse(edge, "its data is not in the file");
    const half = width / 2;
    const { pick, twin } = columns[pairing](half);
    const rows = width === 0 ? 0 : sizeOf(tensor) / width;
    const size = raw.width;
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < half; i++) {
        const [a, b] = [(row * width + pick(i)) * size, (row * width + twin(i)) * size];
        for (let byte = 0; byte < size; byte++)
          if (width % 2 !== 0 || raw.bytes[a + byte] !== raw.bytes[b + byte])
            return refuse(edge, `it differs in row ${row}`);
      }
    }
    const picked = Array.from({ length: half }, (_, i) => pick(i));
    return draft.tensor(`half ${pairing} ${edge}`, (name) => pickColumns(tensor, name, picked)!);
  }

  function concat(edge: string, node: NodeProto, last: number, depth: number): string | Refusal {
    const { input } = node;
    if (normal(intAttribute(node, "axis", 0), last + 1) !== last) {
      const halves = input.map((each) => follow(each, depth + 1));
      const refused = halves.find((half) => typeof half !== "string");
      return refused ?? draft.node("Concat", halves as string[], { attributes: node.attribute });
    }
    const half = input.length / 2;
    const twice = input.every(
      (each, i) => i < half || scope.canonical(each) === scope.canonical(input[i - half]!),
    );
    if (pairing !== "halves" || !Number.isInteger(half) || !twice)
      return refuse(edge, "what Concat puts together is not the same twice");
    if (half === 1) return input[0]!;
    return draft.node("Concat", input.slice(0, half), { attributes: node.attribute });
  }

  function gather(edge: string, node: NodeProto, depth: number): string | Refusal {
    const [table, indices] = node.input as [string, string];
    const rank = scope.known(table).shape?.length;
    if (rank === undefined) return refuse(edge, "its axes are not known");
    if (normal(intAttribute(node, "axis", 0), rank) !== rank - 1) {
      const half = follow(table, depth + 1);
      return typeof half === "string"
        ? draft.node("Gather", [half, indices], { attributes: node.attribute })
        : half;
    }
    const { values, shape } = scope.known(indices);
    if (values === undefined || shape?.length !== 1 || values.length % 2 !== 0)
      return refuse(edge, "Gather takes columns that are not known");
    const half = values.length / 2;
    const { pick, twin } = columns[pairing](half);
    const picked = Array.from({ length: half }, (_, i) => values[pick(i)]!);
    if (!picked.every((value, i) => typeof value === "number" && value === values[twin(i)]))
      return refuse(edge, "Gather does not take each column twice");
    return draft.node("Gather", [table, draft.ints(...(picked as number[]))], { attributes: node.attribute });
  }

  function expand(edge: string, node: NodeProto, shape: Shape, depth: number): string | Refusal {
    const [input, target] = node.input as [string, string];
    const { values } = scope.known(target);
    if (scope.known(input).shape?.at(-1) !== shape.at(-1)) return refuse(edge, "Expand makes its last axis");
    const half = follow(input, depth + 1);
    if (typeof half !== "string") return half;
    return draft.node("Expand", [half, withLast(target, values, 1)]);
  }

  function tile(edge: string, node: NodeProto, depth: number): string | Refusal {
    const [input, repeats] = node.input as [string, string];
    const { values } = scope.known(repeats);
    if (!values?.every((value) => typeof value === "number"))
      return refuse(edge, "Tile's repeats are not known");
    const front = values.slice(0, -1);
    const times = values.at(-1);
    if (times === 2 && pairing === "halves")
      return front.every((value) => value === 1)
        ? input
        : draft.node("Tile", [input, draft.ints(...front, 1)]);
    if (times !== 1) return refuse(edge, `Tile repeats its last axis ${times} times`);
    const half = follow(input, depth + 1);
    return typeof half === "string" ? draft.node("Tile", [half, repeats]) : half;
  }

  function reshape(edge: string, node: NodeProto, shape: Shape, depth: number): string | Refusal {
    const [input, target] = node.input as [string, string];
    const flat = flattened(scope, edge);
    const axis = pairing === "halves" ? 2 : 1;
    const single = flat && scope.known(flat.source).shape?.at(-axis) === 2 && repeated(flat.source, axis);
    if (single) return single;
    const { values } = scope.known(target);
    if (scope.known(input).shape?.at(-1) !== shape.at(-1))
      return refuse(edge, "Reshape changes its last axis");
    const half = follow(input, depth + 1);
    if (typeof half !== "string") return half;
    const width = over(shape.at(-1)!, 2);
    const open = values === undefined || values.slice(0, -1).includes(-1);
    if (typeof width === "number") return draft.node("Reshape", [half, withLast(target, values, width)]);
    return open
      ? refuse(edge, "its width is not known")
      : draft.node("Reshape", [half, withLast(target, values, -1)]);
  }

  /** What stands twice along an axis of length 2, so many from the end, without that axis. */
  function repeated(edge: string, fromEnd: number): string | undefined {
    const { node } = makerOf(scope, edge);
    const shape = scope.known(edge).shape!;
    if (node === undefined || !isStandard(node)) return undefined;
    const bare = (each: string) =>
      unsqueezed(scope, each, fromEnd)?.source ?? draft.squeeze(each, shape.length, shape.length - fromEnd);
    const input = node.input[0] ?? "";
    const before = scope.known(input).shape;
    if (node.opType === "Concat") {
      const axis = normal(intAttribute(node, "axis", 0), shape.length);
      const [a, b, ...more] = node.input;
      const same = b !== undefined && more.length === 0 && scope.canonical(a!) === scope.canonical(b);
      return same && axis === shape.length - fromEnd && before?.[axis] === 1 ? bare(a!) : undefined;
    }
    if (node.opType !== "Expand" && node.opType !== "Tile") return undefined;
    const alike =
      before?.length === shape.length &&
      before.every((length, axis) => {
        const wanted = axis === shape.length - fromEnd ? 1 : shape[axis];
        return length === wanted;
      });
    return alike ? bare(input) : undefined;
  }

  /** A shape with another last length. */
  function withLast(shape: string, values: readonly Length[] | undefined, last: number): string {
    if (values?.every((value) => typeof value === "number"))
      return draft.ints(...(values.slice(0, -1) as number[]), last);
    const front = draft.node("Slice", [shape, draft.ints(0), draft.ints(-1), draft.ints(0)]);
    return draft.node("Concat", [front, draft.ints(last)], {
      attributes: [{ name: "axis", type: 2, i: 0n }],
    });
  }
}
