import { expect, test } from "vitest";
import { bind } from "../bind.ts";
import { initialise } from "../parameters.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type LearnedRopeOptions, learnedRope } from "./learned-rope.ts";
import { rope } from "./rope.ts";

const x = array(
  Float32Array.from({ length: 5 * 12 }, (_, i) => Math.sin(i + 1)),
  [5, 12],
);

test("it begins as RoPE", () => {
  const options = { dim: 12, rotaryDim: 8, pairing: "interleaved", base: 500 } as const;
  const { parameters } = learnedRope(options);
  const frequencies = array(initialise(parameters, 0).frequencies!, [4]);
  const [got] = bind(learnedRope(options), typedArrays, { frequencies })(x, x, range(5));
  const [want] = bind(rope(options), typedArrays, {})(x, x, range(5));
  got.data.forEach((value, i) => {
    expect(value).toBeCloseTo(want.data[i]!, 5);
  });
});

test("its angles are position · frequency", () => {
  const frequencies = array(Float32Array.of(0.5, -0.25), [2]);
  const { sin } = learnedRope({ dim: 4 }).turns(typedArrays, range(2, 2), { frequencies });
  [1, -0.5, 1.5, -0.75].forEach((angle, i) => {
    expect(sin.data[i]).toBeCloseTo(Math.sin(angle), 6);
  });
});

test.each<[object, Error]>([
  [{ dim: 7 }, new RangeError("learnedRope: dim must be even, got 7")],
  [{ dim: 8, rotaryDim: 10 }, new RangeError("learnedRope: rotaryDim must be at most dim 8, got 10")],
  [{ dim: 8, base: 1e-21 }, new RangeError("learnedRope: base must be from 1e-20 to 1e+100, got 1e-21")],
])("bad options %j", (options, error) => {
  expect(() => learnedRope(options as LearnedRopeOptions)).toThrow(error);
});
