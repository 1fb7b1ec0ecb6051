import type { NdArray } from "@posenc/core";
import { float16Bits } from "@posenc/onnx";

/** How far one tensor is from another. */
export interface Difference {
  /** The largest; infinite where only one of the two is a number. */
  readonly absolute: number;
  /** The largest in steps from one number to the next; of float32 at the larger of the value and 1. */
  readonly steps: number;
  readonly within: boolean;
}

/** What may be: the one or the other. */
export interface Allowed {
  /** Times the larger of the expected value and 1. */
  readonly absolute: number;
  /** From one float16 number to the next. */
  readonly float16Steps: number;
}

export const NONE: Difference = { absolute: 0, steps: 0, within: true };

export function worse(a: Difference, b: Difference): Difference {
  return {
    absolute: Math.max(a.absolute, b.absolute),
    steps: Math.max(a.steps, b.steps),
    within: a.within && b.within,
  };
}

/**
 * @param byRow values are measured by the norm of their row [dim] where it is larger than they are: two products that
 *   make a value may be much larger, and cancel
 * @throws RangeError where the shapes differ
 */
export function difference(
  name: string,
  got: NdArray,
  want: NdArray,
  dtype: "float32" | "float16",
  allowed: Allowed,
  byRow = false,
): Difference {
  if (got.shape.join() !== want.shape.join())
    throw new RangeError(
      `verify: output ${name} must have shape [${want.shape.join(", ")}], got [${got.shape.join(", ")}]`,
    );
  const norms = byRow ? rowNorms(want) : undefined;
  const dim = want.shape.at(-1)!;
  const [found, expected] = dtype === "float16" ? [places(got), places(want)] : [];
  let [absolute, steps, within] = [0, 0, true];
  for (let i = 0; i < want.data.length; i++) {
    const [x, y] = [got.data[i]!, want.data[i]!];
    const apart = x === y || Object.is(x, y) ? 0 : Math.abs(x - y);
    const error = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
    const size = Math.max(1, Math.abs(y), norms?.[Math.floor(i / dim)] ?? 0);
    const count = found ? Math.abs(found[i]! - expected![i]!) : error / float32Step(size);
    absolute = Math.max(absolute, error);
    steps = Math.max(steps, Number.isNaN(count) ? Number.POSITIVE_INFINITY : count);
    within &&= error <= allowed.absolute * size || (found !== undefined && count <= allowed.float16Steps);
  }
  return { absolute, steps, within };
}

/** The distance of float32 numbers at `size`, which is 1 or more. */
const float32Step = (size: number): number =>
  size > 3.5e38 ? Number.POSITIVE_INFINITY : 2 ** (Math.floor(Math.log2(size)) - 23);

/** Where values stand among the float16 numbers, from the least to the greatest; NaN for what is none. */
function places({ data }: NdArray): Float64Array {
  return Float64Array.from(float16Bits(Float32Array.from(data)), (bits) => {
    const size = bits & 0x7fff;
    if (size > 0x7c00) return Number.NaN;
    return bits & 0x8000 ? -size : size;
  });
}

function rowNorms({ data, shape }: NdArray): Float64Array {
  const dim = shape.at(-1)!;
  return Float64Array.from({ length: data.length / dim }, (_, row) =>
    Math.hypot(...data.subarray(row * dim, (row + 1) * dim)),
  );
}
