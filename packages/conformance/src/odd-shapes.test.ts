import { array, initialise, type NdArray, typedArrays } from "@posenc/core";
import { expect, test } from "vitest";
import { applyTo, inputsOf, limitOf } from "./applications.ts";
import { everyEncoder } from "./every-encoder.ts";
import { integers } from "./expect.ts";

/** The values of `x` in other shapes: an axis longer, shorter, added or gone. */
function oddShapes({ data, shape }: NdArray): NdArray[] {
  const shapes = [
    [2, ...shape],
    [1, ...shape],
    [...shape, 2],
    shape.slice(1),
    ...shape.flatMap((n, axis) => [shape.with(axis, n + 1), shape.with(axis, 1), shape.with(axis, 0)]),
  ];
  return shapes.map((odd) => {
    const size = odd.reduce((a, b) => a * b, 1);
    const values = data instanceof Int32Array ? new Int32Array(size) : new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = data[i % data.length]!;
    return array(values, odd);
  });
}

const unlike = everyEncoder.map((encoder) => ({
  encoder,
  title: `${encoder.name} ${JSON.stringify(encoder.options)}`,
}));

test.each(unlike)(
  "an input of another shape is an error that names it, or is taken: $title",
  ({ encoder }) => {
    const length = Math.min(3, limitOf(encoder));
    const values = Object.fromEntries(
      Object.entries(initialise(encoder.parameters, 1)).map(([name, data]) => [
        name,
        array(data, encoder.parameters[name]!.shape),
      ]),
    );
    const positions = [integers([length], (i) => i), integers([2, length], (_, i) => i)];
    const given = (batch: NdArray) => inputsOf(encoder, { batch: 2, positions: batch });
    for (const at of positions) {
      for (const [input, x] of given(at).entries()) {
        for (const odd of oddShapes(x)) {
          let outputs: readonly NdArray[];
          try {
            outputs = applyTo(encoder, typedArrays, values, given(at).with(input, odd));
          } catch (error) {
            expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
            expect((error as Error).message.startsWith(`${encoder.name}: `), String(error)).toBe(true);
            continue;
          }
          const finite = outputs.every(({ data }) => data.every(Number.isFinite));
          expect(finite, `input ${input} of shape [${odd.shape}] for [${x.shape}]`).toBe(true);
        }
      }
    }
  },
);
