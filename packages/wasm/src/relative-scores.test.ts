import { array, type NdArray, plainTypedArrays, range, typedArrays } from "@posenc/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { length, plain, seed, simd } from "./agree.fixture.ts";
import { expectSameBits, noise } from "./arrays.fixture.ts";

const slopesOf = (count: number): NdArray => noise(5, [count, 1, 1]);

/** max(slope · relative, relative / 3), and how many relative positions were asked for. */
function asked(ops: typeof typedArrays, queries: NdArray, keys: NdArray, slopes: NdArray) {
  let count = 0;
  const scores = ops.relativeScores(queries, keys, (relative) => {
    count += relative.data.length;
    const each = plainTypedArrays.expandDims(plainTypedArrays.float(relative), -3);
    return plainTypedArrays.maximum(plainTypedArrays.mul(each, slopes), plainTypedArrays.div(each, 3));
  });
  return { scores, count };
}

test("the body's bits, at any positions, in and out of the memory", () => {
  const step = fc.constantFrom(0, 1, 1, 1, 2, -1, 60);
  fc.assert(
    fc.property(
      fc.record({ batch: length(3), heads: length(4), q: length(20), k: length(40), seed, step }),
      fc.constantFrom(simd, plain),
      fc.boolean(),
      fc.boolean(),
      ({ batch, heads, q, k, seed, step }, own, inMemory, lead) => {
        const place = (x: NdArray) => (inMemory ? own.tensor(x.shape, x.data) : x);
        const positions = (n: number, first: number) => {
          const rows = lead ? batch : 1;
          const values = Array.from(
            { length: rows * n },
            (_, i) => first + (i % n) * step + Math.floor(i / n),
          );
          return array(Int32Array.from(values), lead ? [rows, n] : [n]);
        };
        const [queries, keys] = [positions(q, seed), positions(k, 500)];
        const want = asked(plainTypedArrays, queries, keys, slopesOf(heads));
        own.scope(() => {
          const ops = { ...typedArrays, ...own.kernels };
          const got = asked(ops, place(queries), place(keys), slopesOf(heads));
          expectSameBits(got.scores, want.scores);
        });
      },
    ),
    { numRuns: 300 },
  );
});

test("each distance is asked for once, where there are fewer than scores", () => {
  const ops = { ...typedArrays, ...simd.kernels };
  expect(asked(ops, range(30), range(50), slopesOf(2)).count).toBe(79);
  expect(asked(ops, range(1, 40), range(41), slopesOf(2)).count).toBe(41); // one query
  expect(asked(ops, array(Int32Array.of(0, 1_000_000)), range(3), slopesOf(2)).count).toBe(6);
  expect(asked(ops, array(new Int32Array(0), [0]), range(3), slopesOf(2)).scores.shape).toEqual([2, 0, 3]);
});

test("scores of another shape are the body's", () => {
  const ops = { ...typedArrays, ...simd.kernels };
  const flat = (own: typeof typedArrays) => own.relativeScores(range(4), range(6), (r) => own.float(r));
  expect(flat(ops)).toEqual(flat(plainTypedArrays));
});
