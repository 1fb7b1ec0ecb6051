import { array, frequencies, range } from "@posenc/core";
import { describe, expect, test } from "vitest";
import { noise } from "./arrays.fixture.ts";
import { type WasmOptions, wasm } from "./wasm.ts";

const own = wasm({ maxBytes: 2 ** 23 });

describe("bad arguments", () => {
  const x = (...shape: number[]) => array(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
  const turn = { sin: x(3, 2), cos: x(3, 2) };
  const layout = { pairing: "halves", dim: 4, rotaryDim: 4 } as const;
  const freed = own.tensor([3, 4]);
  own.free(freed);
  const room = own.tensor([200]).data;
  const part = (from: number, ...shape: number[]) => ({
    data: room.subarray(from, from + shape.reduce((a, b) => a * b, 1)),
    shape,
  });
  const waves = frequencies([1, 0.5]);
  const positions = range(3);

  test.each<[string, () => unknown, Error]>([
    [
      "unknown option",
      () => wasm({ bytes: 3 } as WasmOptions),
      new TypeError('wasm: unknown option "bytes"; known are maxBytes, simd'),
    ],
    [
      "too small",
      () => wasm({ maxBytes: 100 }),
      new RangeError("wasm: maxBytes must be at least 4194304, got 100"),
    ],
    [
      "tensor: shape",
      () => own.tensor([2, -1]),
      new RangeError("tensor: shape[1] must be at least 0, got -1"),
    ],
    [
      "tensor: contents",
      () => own.tensor([2], new Float32Array(3)),
      new RangeError("tensor: contents must be the 2 values of shape [2], got 3"),
    ],
    [
      "tensor: room",
      () => own.tensor([2 ** 28]),
      new RangeError("tensor: shape must fit into what is left of 8388608 bytes, got [268435456]"),
    ],
    [
      "free: not ours",
      () => own.free(x(2)),
      new RangeError("free: x must be a tensor of this memory that is not freed, got another array"),
    ],
    [
      "freed",
      () => own.rotateInto(x(3, 4), freed, turn, layout),
      new RangeError("rotate: x must be alive, got an array that was freed"),
    ],
    [
      "int32",
      () => own.rotate(array(new Int32Array(4), [1, 4]), turn, layout),
      new TypeError("rotate: x must be float32, got int32"),
    ],
    [
      "not filled",
      () => own.rotate({ data: new Float32Array(5), shape: [3, 4] }, turn, layout),
      new RangeError("rotate: x must have a shape that holds its 5 values, got [3, 4]"),
    ],
    [
      "out",
      () => own.rotateInto(x(4, 3), x(3, 4), turn, layout),
      new RangeError("rotate: out must have shape [3, 4], got [4, 3]"),
    ],
    [
      "last axis",
      () => own.rotate(x(3, 5), turn, layout),
      new RangeError("rotate: layout.dim must be the last axis of x [3, 5], got 4"),
    ],
    [
      "turn",
      () => own.rotate(x(5, 4), turn, layout),
      new RangeError(
        "rotate: turn must have sines and cosines that broadcast to [5, 2], got [3, 2] and [3, 2]",
      ),
    ],
    [
      "layout",
      () => own.rotate(x(3, 4), turn, { ...layout, rotaryDim: 3 }),
      new RangeError("rotate: layout.rotaryDim must be even, got 3"),
    ],
    [
      "overlap",
      () => own.rotateInto(part(2, 3, 4), part(0, 3, 4), turn, layout),
      new RangeError("rotate: out must not overlap x unless it is the same, got a part of its memory"),
    ],
    [
      "overlap outside",
      () => {
        const { data } = x(20);
        return own.addInto(array(data.subarray(0, 10)), array(data.subarray(5, 15)), x(10));
      },
      new RangeError("add: out must not overlap a unless it is the same, got a part of its memory"),
    ],
    [
      "add",
      () => own.add(x(3, 2), x(3)),
      new RangeError("add: a and b must broadcast, got shapes [3, 2] and [3]"),
    ],
    [
      "gather",
      () => own.gather(x(3, 2), array(Int32Array.of(0, 3))),
      new RangeError("gather: indices must be from 0 to 2, got 3 at index 1"),
    ],
    [
      "gatherAdd",
      () => own.gatherAdd(x(2, 3), x(3, 2), array(Int32Array.of(0, 1))),
      new RangeError("gatherAdd: x must broadcast to shape [2, 2], got [2, 3]"),
    ],
    [
      "softmax",
      () => own.softmax(x(2, 3), x(3, 3)),
      new RangeError("softmax: bias must broadcast to x [2, 3] and have its last axis, got [3, 3]"),
    ],
    [
      "layerNorm",
      () => own.layerNorm(x(2, 3), x(2), x(3)),
      new RangeError("layerNorm: gain must have shape [3], got [2]"),
    ],
    [
      "sincos",
      () => own.sincosInto({ sin: x(3, 2), cos: x(2, 2) }, positions, waves),
      new RangeError("sincos: out.cos must have shape [3, 2], got [2, 2]"),
    ],
    [
      "sincos: one out",
      () => {
        const out = x(3, 2);
        return own.sincosInto({ sin: out, cos: out }, positions, waves);
      },
      new RangeError("sincos: out must not overlap out.cos, got a part of its memory"),
    ],
    [
      "frequencies",
      () => own.sincos(positions, [1] as never),
      new TypeError("sincos: frequencies must have high and low, two Float64Arrays of one length, got [1]"),
    ],
    [
      "alibi",
      () => own.alibiInto(x(2, 3, 3), { left: [1], right: [1, 2] }, positions, positions),
      new RangeError("alibi: slopes.left must be 2 numbers, got [1]"),
    ],
    [
      "alibi: out",
      () => own.alibiInto(x(1, 3, 2), { left: [1], right: [1] }, positions, positions),
      new RangeError("alibi: out must have shape [1, 3, 3], got [1, 3, 2]"),
    ],
    [
      "buckets",
      () =>
        own.bucketsInto(
          x(2, 3, 3),
          x(2, 2),
          { buckets: Int32Array.of(0, 1, 2), reach: 1 },
          positions,
          positions,
        ),
      new RangeError("buckets: table must have shape [3 or more, 2], got [2, 2]"),
    ],
    [
      "relative",
      () => own.relativeInto(x(1, 3, 3), 3 as never, positions, positions),
      new TypeError("relative: scoreOf must be a function, got 3"),
    ],
  ])("%s", (_, call, error) => {
    const before = own.usedBytes;
    expect(call).toThrow(error);
    expect(own.usedBytes).toBe(before);
  });
});

test("nothing is done before all is checked", () => {
  const out = array(new Float32Array(4).fill(3), [2, 2]);
  expect(() => own.gatherInto(out, noise(1, [3, 2]), array(Int32Array.of(0, 3)))).toThrow();
  expect([...out.data]).toEqual([3, 3, 3, 3]);
});
