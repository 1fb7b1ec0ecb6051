import { expect, test } from "vitest";
import { linearScaling } from "../rope-scaling/linear.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type MropeOptions, mrope } from "./mrope.ts";
import { rope } from "./rope.ts";

/** Which coordinate turns each pair: time stands at 1, height at 2, width at 3, and frequencies are 1. */
function axisOfPairs(options: MropeOptions): number[] {
  const at = array(Int32Array.of(1, 2, 3), [1, 3]);
  const { sin } = mrope({ ...options, base: 1 }).turns(typedArrays, at, {});
  return Array.from(sin.data, (y) => [1, 2, 3].findIndex((place) => Math.abs(Math.sin(place) - y) < 1e-6));
}

test("sectioned: time, then height, then width", () => {
  expect(axisOfPairs({ dim: 16, sections: [2, 3, 3] })).toEqual([0, 0, 1, 1, 1, 2, 2, 2]);
  expect(axisOfPairs({ dim: 16, rotaryDim: 8, sections: [2, 0, 2] })).toEqual([0, 0, 2, 2]);
});

test("interleaved: in turn while the sections last, then time", () => {
  expect(axisOfPairs({ dim: 20, sections: [6, 2, 2], layout: "interleaved" })).toEqual([
    0, 1, 2, 0, 1, 2, 0, 0, 0, 0,
  ]);
});

test.each(["sectioned", "interleaved"] as const)("%s: text is turned as by RoPE, scaled or not", (layout) => {
  const positions = array(Int32Array.of(0, 1, 77, 1_000_003));
  const column = typedArrays.expandDims(positions, -1);
  const text = typedArrays.concat([column, column, column], -1);
  for (const options of [{}, { scaling: linearScaling({ factor: 3 }) }]) {
    const plain = { dim: 16, base: 5e6, ...options };
    expect(mrope({ ...plain, sections: [4, 2, 2], layout }).turns(typedArrays, text, {})).toEqual(
      rope(plain).turns(typedArrays, positions, {}),
    );
  }
});

test.each<[object, Error]>([
  [{ dim: 8 }, new TypeError("mrope: sections must be an array of numbers of pairs, got undefined")],
  [
    { dim: 8, sections: [1, 1, 1] },
    new RangeError("mrope: sections must add up to rotaryDim / 2 = 4, got [1, 1, 1]"),
  ],
  [{ dim: 8, sections: [5, 0, -1] }, new RangeError("mrope: sections[2] must be at least 0, got -1")],
  [{ dim: 8, sections: [2, 1, "1"] }, new TypeError('mrope: sections[2] must be a number, got "1"')],
  [
    { dim: 8, sections: [2, 1, 1], layout: "mixed" },
    new RangeError('mrope: layout must be "sectioned" or "interleaved", got "mixed"'),
  ],
  [{ dim: 7, sections: [2, 1, 1] }, new RangeError("mrope: dim must be even, got 7")],
])("bad options %j", (options, error) => {
  expect(() => mrope(options as MropeOptions)).toThrow(error);
});
