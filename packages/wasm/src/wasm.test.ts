import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { array, completeOps, frequencies, type NdArray, range, typedArrays } from "@posenc/core";
import { describe, expect, test, vi } from "vitest";
import { noise } from "./arrays.fixture.ts";
import { type Wasm, type WasmOptions, wasm } from "./wasm.ts";

const MIB = 2 ** 20;
const own = wasm({ maxBytes: 8 * MIB });
const buffer = own.tensor([1]).data.buffer;
const inMemory = ({ data }: NdArray) => data.buffer === buffer;

describe("memory", () => {
  test("what nothing refers to is freed with the garbage", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const before = own.usedBytes;
    for (let i = 0; i < 10; i++) own.tensor([1000]);
    expect(own.usedBytes).toBeGreaterThan(before + 40_000);
    await vi.waitFor(() => {
      collect();
      expect(own.usedBytes).toBeLessThan(before + 1);
    }, 10_000);
  });

  test("a tensor is zeros, or a copy", () => {
    const given = Float32Array.of(1, 2, 3, 4);
    const x = own.tensor([2, 2], given);
    expect(x).toEqual({ data: given, shape: [2, 2] });
    given[0] = 9;
    expect(x.data[0]).toBe(1);
    own.free(x);
    expect(own.tensor([2, 2]).data).toEqual(new Float32Array(4));
    expect(own.tensor([3], "int32").data).toEqual(new Int32Array(3));
    expect(own.tensor([0, 3]).data.length).toBe(0);
  });

  test("a scope frees what was made in it, but for its result", () => {
    const before = own.usedBytes;
    const kept = own.scope(() => {
      own.tensor([1000]);
      const inner = own.scope(() => ({ all: [own.tensor([16]), own.tensor([16])] }));
      expect(own.usedBytes).toBe(before + 4000 + 32 + 2 * 64);
      return inner.all[1]!;
    });
    expect(own.usedBytes).toBe(before + 64);
    own.free(kept);
    expect(own.usedBytes).toBe(before);
  });

  test("a scope frees where its body throws, too; async bodies are refused", () => {
    const before = own.usedBytes;
    expect(() =>
      own.scope(() => {
        own.tensor([1000]);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(() => own.scope(async () => own.tensor([1000]))).toThrow(
      new TypeError("scope: body must not be async, got a promise; use openScope"),
    );
    expect(own.usedBytes).toBe(before);
  });

  test("openScope, closed by hand or by `using`", () => {
    const before = own.usedBytes;
    const [outer, inner] = [own.openScope(), own.openScope()];
    own.tensor([1000]);
    inner[Symbol.dispose]();
    expect(own.usedBytes).toBe(before);
    own.tensor([1000]);
    outer.close();
    outer.close();
    expect(own.usedBytes).toBe(before);
  });

  test("views stay alive, and memory is used again, however much is made", () => {
    const first = own.tensor([16], new Float32Array(16).fill(7));
    for (let i = 0; i < 100; i++) {
      own.scope(() => {
        own.tensor([MIB]);
      });
    }
    expect(first.data).toEqual(new Float32Array(16).fill(7));
    expect(first.data.buffer.byteLength).toBe(own.maxBytes);
  });

  test("results lie where the first operand does; outside when there is no room", () => {
    own.scope(() => {
      const x = own.tensor([10, 20]);
      const y = array(new Float32Array(200), [10, 20]);
      expect(inMemory(own.add(x, y))).toBe(true);
      expect(inMemory(own.add(y, x))).toBe(false);
      const big = own.tensor([MIB / 8]);
      const sums = Array.from({ length: 16 }, () => own.add(big, own.tensor([1], Float32Array.of(2))));
      expect(inMemory(sums[0]!)).toBe(true);
      expect(inMemory(sums.at(-1)!)).toBe(false);
      expect(sums.at(-1)!.data.every((value) => value === 2)).toBe(true);
    });
  });
});

test("a device is completeOps with these kernels", () => {
  const { rotate, softmax } = completeOps(typedArrays, own.kernels);
  const turn = own.sincos(range(3), frequencies([1, 0.5]));
  const x = noise(1, [2, 3, 4]);
  const layout = { pairing: "halves", dim: 4, rotaryDim: 4 } as const;
  expect(rotate(x, turn, layout).shape).toEqual([2, 3, 4]);
  expect(softmax(x).shape).toEqual([2, 3, 4]);
});

describe.each<[string, WasmOptions]>([
  ["SIMD", { maxBytes: 4 * MIB }],
  ["JavaScript", { maxBytes: 4 * MIB, simd: false }],
])("biases by relative position, %s", (_, options) => {
  const own = wasm(options);
  const out = (...shape: number[]) => own.tensor(shape);
  const scored = (q: NdArray, k: NdArray, heads: number, scoreOf: (r: number, h: number) => number) =>
    Float32Array.from(
      Array.from({ length: heads }, (_, h) =>
        Array.from(q.data, (query) => Array.from(k.data, (key) => Math.fround(scoreOf(key - query, h)))),
      ).flat(2),
    );

  test.each([
    [range(9), range(9)],
    [range(3, 20), range(23)],
    [array(Int32Array.of(5, 1, 9)), range(30)],
    [array(Int32Array.of(0, 2 ** 30)), array(Int32Array.of(2 ** 30, 3))],
    [range(40), range(70, 7)],
  ])("alibi and t5 %#", (q, k) => {
    const [left, right] = [Float32Array.of(0.5, 0.3), Float32Array.of(-0.5, 64)];
    const got = own.alibiInto(out(2, q.data.length, k.data.length), { left, right }, q, k);
    const alibi = (r: number, h: number) => (r < 0 ? r * left[h]! : r > 0 ? -r * right[h]! : 0);
    expect(got.data).toEqual(scored(q, k, 2, alibi));

    const buckets = { buckets: Int32Array.of(3, 2, 0, 1, 1), reach: 2 };
    const table = noise(1, [4, 3]);
    const looked = own.bucketsInto(
      array(new Float32Array(3 * q.data.length * k.data.length), [3, q.data.length, k.data.length]),
      table,
      buckets,
      q,
      k,
    );
    const bucketOf = (r: number) => buckets.buckets[Math.min(Math.max(r, -2), 2) + 2]!;
    expect(looked.data).toEqual(scored(q, k, 3, (r, h) => table.data[bucketOf(r) * 3 + h]!));
  });

  test("a batch has its own positions", () => {
    const positions = array(Int32Array.of(0, 1, 2, 5, 6, 7), [2, 3]);
    const keys = array(Int32Array.of(0, 1, 3, 4), [2, 2]);
    const got = own.relativeInto(out(2, 1, 3, 2), (relative) => relative, positions, keys);
    expect([...got.data]).toEqual([0, 1, -1, 0, -2, -1, -2, -1, -3, -2, -4, -3]);
  });
});

test("empty arrays", () => {
  const empty = (...shape: number[]) => array(new Float32Array(0), shape);
  const calls: ((own: Wasm) => NdArray)[] = [
    ({ add }) => add(empty(0, 3), empty(3, 0, 1)),
    ({ softmax }) => softmax(empty(2, 0)),
    ({ rotate }) =>
      rotate(
        empty(0, 2),
        { sin: empty(0, 1), cos: empty(0, 1) },
        { pairing: "halves", dim: 2, rotaryDim: 2 },
      ),
    ({ gather }) => gather(noise(1, [2, 3]), array(new Int32Array(0))),
    ({ sincos }) => sincos(array(new Int32Array(0)), frequencies([1])).sin,
  ];
  expect(calls.map((call) => call(own).shape)).toEqual([
    [3, 0, 3],
    [2, 0],
    [0, 2],
    [0, 3],
    [0, 1],
  ]);
});
