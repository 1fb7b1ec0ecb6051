import { expect, test } from "vitest";
import { bind } from "../bind.ts";
import { initialise } from "../parameters.ts";
import { patchPositions } from "../positions/patch-positions.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { type MixedRopeOptions, mixedRope } from "./mixed-rope.ts";

test("each head is turned by x and y at frequencies of its own", () => {
  const { sin, cos } = Math;
  const frequencies = array(Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8), [2, 2, 2]);
  const x = array(Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1), [1, 2, 1, 4]);
  const at = array(Int32Array.of(2, 3), [1, 2]);
  const [got] = bind(mixedRope({ dim: 4, heads: 2 }), typedArrays, { frequencies })(x, x, at);
  const angles = [2 * 0.1 + 3 * 0.5, 2 * 0.2 + 3 * 0.6, 2 * 0.3 + 3 * 0.7, 2 * 0.4 + 3 * 0.8];
  const want = angles.flatMap((angle, i) => (i < 2 ? [cos(angle), sin(angle)] : [-sin(angle), cos(angle)]));
  want.forEach((value, i) => {
    expect(got.data[i]).toBeCloseTo(value, 6);
  });
});

test("the first frequencies are RoPE's lengths in two directions at right angles, other ones for each head", () => {
  const { frequencies } = initialise(mixedRope({ dim: 8, heads: 3, base: 100 }).parameters, 0);
  for (let head = 0; head < 3; head++) {
    const pairs = [0, 1, 2, 3].map((pair) =>
      [0, 1].map((axis) => frequencies![(axis * 3 + head) * 4 + pair]!),
    );
    const lengths = pairs.map(([x, y]) => Math.hypot(x!, y!));
    [1, 0.1, 1, 0.1].forEach((length, pair) => {
      expect(lengths[pair]).toBeCloseTo(length, 6);
    });
    expect(pairs[0]![0]! * pairs[2]![0]! + pairs[0]![1]! * pairs[2]![1]!).toBeCloseTo(0, 6);
    expect(Math.atan2(pairs[0]![1]!, pairs[0]![0]!)).toBeCloseTo((head * Math.PI) / 6, 6);
  }
});

test("a batch has positions of its own", () => {
  const encoder = mixedRope({ dim: 4, heads: 2 });
  const frequencies = array(initialise(encoder.parameters, 0).frequencies!, [2, 2, 2]);
  const apply = bind(encoder, typedArrays, { frequencies });
  const x = array(
    Float32Array.from({ length: 2 * 2 * 2 * 4 }, (_, i) => Math.sin(i)),
    [2, 2, 2, 4],
  );
  const { data } = patchPositions({ grid: [2, 2] });
  const positions = array(data, [2, 2, 2]);
  const [both] = apply(x, x, positions);
  const [xs, places] = [typedArrays.split(x, [1, 1], -4), typedArrays.split(positions, [1, 1], -3)];
  expect(both).toEqual(
    typedArrays.concat(
      xs.map((part, i) => apply(part, part, places[i]!)[0]),
      -4,
    ),
  );
});

test.each<[object, Error]>([
  [{ dim: 6, heads: 2 }, new RangeError("mixedRope: dim must be a multiple of 4, got 6")],
  [{ dim: 8 }, new TypeError("mixedRope: heads must be a number, got undefined")],
  [
    { dim: 8, heads: 2, base: 1e-30 },
    new RangeError("mixedRope: base must be from 1e-20 to 1e+100, got 1e-30"),
  ],
  [
    { dim: 2 ** 20, heads: 32 },
    new RangeError("mixedRope: heads · dim must be at most 16777216, got 33554432"),
  ],
])("bad options %j", (options, error) => {
  expect(() => mixedRope(options as MixedRopeOptions)).toThrow(error);
});

test("queries and keys have the heads that it was made for", () => {
  const encoder = mixedRope({ dim: 8, heads: 4 });
  const { frequencies } = encoder.parameters;
  const values = { frequencies: array(initialise(encoder.parameters, 1).frequencies!, frequencies.shape) };
  const run = bind(encoder, typedArrays, values);
  const ones = (...shape: number[]) =>
    array(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape);
  const places = array(new Int32Array(6), [3, 2]);
  expect(run(ones(1, 4, 3, 8), ones(1, 4, 3, 8), places)[0].shape).toEqual([1, 4, 3, 8]);
  expect(() => run(ones(1, 8, 3, 8), ones(1, 4, 3, 8), places)).toThrow(
    new RangeError(
      "mixedRope: q must have shape [..., 4, length, 8], a turn for each head, got [1, 8, 3, 8]",
    ),
  );
  expect(() => run(ones(1, 4, 3, 8), ones(1, 2, 3, 8), places)).toThrow(
    new RangeError(
      "mixedRope: k must have shape [..., 4, length, 8], a turn for each head, got [1, 2, 3, 8]",
    ),
  );
});
