/** Some axes, outermost first, and for each operand how far it goes from one index to the next (0: repeated). */
export interface Axes {
  readonly sizes: readonly number[];
  /** By operand, then by axis; in items of the operand. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * The axes of `shape` to which dense operands are repeated, without those of length 1, and with neighbours merged
 * where every operand goes on from one into the other.
 */
export function mergedAxes(shape: readonly number[], operands: readonly (readonly number[])[]): Axes {
  const all = operands.map((operand) => stridesIn(operand, shape.length));
  const sizes: number[] = [];
  const strides = all.map((): number[] => []);
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    if (last >= 0 && all.every((each, i) => strides[i]![last] === each[axis]! * size)) {
      sizes[last]! *= size;
      all.forEach((each, i) => {
        strides[i]![last] = each[axis]!;
      });
    } else {
      sizes.push(size);
      all.forEach((each, i) => {
        strides[i]!.push(each[axis]!);
      });
    }
  });
  return { sizes, strides };
}

/** Of a dense array, counted from the last of `rank` axes; 0 where its length is 1. */
function stridesIn(shape: readonly number[], rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let stride = 1;
  for (let i = 1; i <= shape.length; i++) {
    const size = shape.at(-i)!;
    strides[rank - i] = size === 1 ? 0 : stride;
    stride *= size;
  }
  return strides;
}

/** The last `count` axes, with axes of length 1 before them where there are fewer; undefined where there are more. */
export function padded({ sizes, strides }: Axes, count: number): Axes | undefined {
  const missing = count - sizes.length;
  if (missing < 0) return undefined;
  return {
    sizes: [...new Array<number>(missing).fill(1), ...sizes],
    strides: strides.map((each) => [...new Array<number>(missing).fill(0), ...each]),
  };
}
