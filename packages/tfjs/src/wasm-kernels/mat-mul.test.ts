import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { expectClose, expectSame, normal, scoped } from "./compare.fixture.ts";
import { installWasmKernels } from "./install.ts";

beforeAll(async () => {
  installWasmKernels();
  await tf.setBackend("wasm");
});

const forms = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Σ a·b in float64, and Σ |a·b|, to which rounding errors are relative. */
function product(
  [a, b]: readonly [ArrayLike<number>, ArrayLike<number>],
  [m, k, n]: readonly [number, number, number],
  [transposeA, transposeB]: readonly [boolean, boolean],
): { sums: Float64Array; sizes: Float64Array } {
  const [sums, sizes] = [new Float64Array(m * n), new Float64Array(m * n)];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let l = 0; l < k; l++) {
        const term = a[transposeA ? l * m + i : i * k + l]! * b[transposeB ? j * k + l : l * n + j]!;
        sums[i * n + j]! += term;
        sizes[i * n + j]! += Math.abs(term);
      }
    }
  }
  return { sums, sizes };
}

function checkProduct(m: number, k: number, n: number, form: (typeof forms)[number]): void {
  const [found, operands] = scoped(() => {
    const a = normal(form[0] ? [k, m] : [m, k], "a");
    const b = normal(form[1] ? [n, k] : [k, n], "b");
    const c = tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, ...form);
    expect(c.shape).toEqual([m, n]);
    return [c.dataSync(), [a.dataSync(), b.dataSync()] as const];
  });
  const { sums, sizes } = product(operands, [m, k, n], form);
  sums.forEach((want, i) => {
    const error = Math.abs(found[i]! - want);
    if (!(error <= 2e-6 * sizes[i]! + 1e-30)) expect.fail(`value ${i} is ${found[i]}, expected ${want}`);
  });
}

describe.each(forms)("transposed: %s, %s", (...form) => {
  test("random sizes, against sums in float64", () => {
    const size = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(size, size, size, (m, k, n) => checkProduct(m, k, n, form)),
      { numRuns: 40 },
    );
  });

  test("sizes on either side of every block", () => {
    for (const m of [127, 129, 257]) checkProduct(m, 5, 9, form);
    for (const k of [255, 257, 513]) checkProduct(5, k, 9, form);
    for (const n of [511, 513]) checkProduct(5, 3, n, form);
    checkProduct(130, 260, 515, form);
  });

  const leads = [
    [[1], [1]],
    [[3], [3]],
    [[3], [1]],
    [[1], [3]],
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], []],
    [[], [2, 3]],
  ] as const;
  test.each(leads)("leading axes %j and %j", async (leadA, leadB) => {
    const [m, k, n] = [5, 6, 9];
    await expectSame(() =>
      tf.matMul(
        normal([...leadA, ...(form[0] ? [k, m] : [m, k])], "a"),
        normal([...leadB, ...(form[1] ? [n, k] : [k, n])], "b"),
        ...form,
      ),
    );
  });

  test("leading axes that repeat both operands", async () => {
    await tf.setBackend("wasm");
    const found = scoped(() => {
      const [m, k, n] = [3, 4, 5];
      const a = normal([2, 1, ...(form[0] ? [k, m] : [m, k])], "a");
      const b = normal([1, 3, ...(form[1] ? [n, k] : [k, n])], "b");
      const c = tf.matMul(a, b, ...form);
      expect(c.shape).toEqual([2, 3, m, n]);
      return [c.dataSync(), a.dataSync(), b.dataSync()] as const;
    });
    const [c, a, b] = found;
    for (let i = 0; i < 6; i++) {
      const operands = [a.subarray(Math.floor(i / 3) * 12), b.subarray((i % 3) * 20)] as const;
      const { sums } = product(operands, [3, 4, 5], form);
      expectClose(c.subarray(i * 15, i * 15 + 15), sums);
    }
  });

  test("NaN and infinities reach what they must, and nothing else", async () => {
    await tf.setBackend("wasm");
    const values = scoped(() => {
      const a = tf.buffer([5, 9], "float32", new Float32Array(45).fill(1));
      a.set(Number.NaN, 1, 8);
      a.set(Number.POSITIVE_INFINITY, 3, 0);
      const left = form[0] ? tf.transpose(a.toTensor()) : a.toTensor();
      const right = tf.ones(form[1] ? [10, 9] : [9, 10]);
      return tf.matMul(left, right, ...form).arraySync() as number[][];
    });
    const rows = [9, Number.NaN, 9, Number.POSITIVE_INFINITY, 9];
    expect(values).toEqual(rows.map((value) => new Array(10).fill(value)));
  });

  test("gradients of both operands", async () => {
    const [m, k, n] = [6, 7, 5];
    await expectSame(() =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(tf.matMul(a, b, ...form))))([
        normal([2, ...(form[0] ? [k, m] : [m, k])], "a"),
        normal([2, ...(form[1] ? [n, k] : [k, n])], "b"),
      ]),
    );
  });
});

test("an inner axis of length 0 gives zeros", async () => {
  await tf.setBackend("wasm");
  expect([...scoped(() => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).dataSync())]).toEqual(
    new Array(6).fill(0),
  );
});
