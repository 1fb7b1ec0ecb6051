import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { expectSame, normal, scoped } from "./compare.fixture.ts";
import { installWasmKernels } from "./install.ts";

beforeAll(() => {
  installWasmKernels();
});

const shapes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
/** A shape and some of its axes. */
const shapesAndAxes = shapes.chain((shape) =>
  fc.tuple(fc.constant(shape), fc.shuffledSubarray(shape.map((_, axis) => axis))),
);
const some = { numRuns: 60 } as const;

describe("sums and means", () => {
  /** Sums and mean over `axes`, in float64; `scale` is the sum of the absolute values. */
  function reduced(x: tf.Tensor, axes: readonly number[]) {
    const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const strides = kept.map((_, axis) => kept.slice(axis + 1).reduce((a, b) => a * b, 1));
    const size = kept.reduce((a, b) => a * b, 1);
    const [sum, scale] = [new Float64Array(size), new Float64Array(size)];
    x.dataSync().forEach((value, i) => {
      let [rest, at] = [i, 0];
      for (let axis = x.rank - 1; axis >= 0; axis--) {
        const length = x.shape[axis]!;
        at += kept[axis] === 1 ? 0 : (rest % length) * strides[axis]!;
        rest = Math.floor(rest / length);
      }
      sum[at]! += value;
      scale[at]! += Math.abs(value);
    });
    return { sum, scale, kept, count: x.size / size };
  }

  async function expectReduced(shape: readonly number[], axes: number[], keepDims = true) {
    await tf.setBackend("wasm");
    scoped(() => {
      const x = normal(shape);
      const { sum, scale, kept, count } = reduced(x, axes);
      for (const [found, divisor] of [
        [tf.sum(x, axes, keepDims), 1],
        [tf.mean(x, axes, keepDims), count],
      ] as const) {
        expect(found.shape).toEqual(keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis)));
        found.dataSync().forEach((value, i) => {
          expect(Math.abs(value - sum[i]! / divisor)).toBeLessThanOrEqual((2 ** -22 * scale[i]!) / divisor);
        });
      }
    });
  }

  test("over any axes, against float64", async () => {
    await fc.assert(
      fc.asyncProperty(shapesAndAxes, fc.boolean(), ([shape, axes], keepDims) => {
        return expectReduced(shape, axes, keepDims);
      }),
      some,
    );
    await expectReduced([7, 4, 6, 6, 6], [0, 1, 2, 4]);
  });

  test("long columns and rows, against float64", async () => {
    for (const shape of [[2050, 35], [3, 1030, 19], [70_001]]) {
      await expectReduced(shape, [0]);
      await expectReduced(
        shape,
        shape.map((_, axis) => axis),
      );
    }
  });

  test("whole numbers, NaN and infinities", async () => {
    await expectSame(() => tf.sum(tf.tensor([1, 2, 3, 4], [2, 2], "int32"), 0));
    const odd = [1, Number.NaN, Number.POSITIVE_INFINITY, 2, 3, Number.POSITIVE_INFINITY];
    await expectSame(() => [tf.sum(tf.tensor2d(odd, [2, 3]), 0), tf.sum(tf.tensor2d(odd, [2, 3]), 1)]);
  });
});

describe("what moves values", () => {
  test("transposition of any axes", async () => {
    const orders = shapes.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([shape, order]) => {
        await expectSame(() => tf.transpose(normal(shape), order), 0);
      }),
      { numRuns: 100 },
    );
    await expectSame(() => tf.transpose(tf.range(0, 24, 1, "int32").reshape([4, 6])), 0);
  });

  test("heads", async () => {
    await expectSame(() => tf.transpose(normal([3, 10, 4, 16]), [0, 2, 1, 3]), 0);
    await expectSame(() => tf.transpose(normal([3, 10, 4, 16]), [0, 2, 3, 1]), 0);
    await expectSame(() => tf.transpose(normal([3, 4, 10, 17]), [0, 1, 3, 2]), 0);
  });

  test("gather along any axis, and its gradient", async () => {
    for (const axis of [0, 1, 2]) {
      await expectSame(() => {
        const indices = tf.tensor2d([1, 0, 2, 2, 1, 1], [2, 3], "int32");
        const pick = (x: tf.Tensor) => tf.gather(x, indices as tf.Tensor, axis);
        const x = normal([3, 4, 5]);
        return [pick(x), tf.grad((x: tf.Tensor) => tf.sum(tf.square(pick(x))))(x)];
      });
    }
    await expectSame(() => tf.gather(tf.range(0, 40, 1, "int32"), tf.tensor1d([39, 0], "int32")), 0);
  });

  test("gather names an index that is not there, and leaves nothing", async () => {
    await tf.setBackend("wasm");
    const before = tf.engine().backend.numDataIds();
    const gather = (index: number) => () =>
      tf.tidy(() => tf.gather(tf.zeros([3, 2]), tf.tensor1d([0, index], "int32")));
    expect(gather(3)).toThrow(/the index value 3 is not in \[0, 2\]/);
    expect(gather(-1)).toThrow(/the index value -1/);
    expect(tf.engine().backend.numDataIds()).toBe(before);
  });

  test("rows added up by their ids; ids without rows and outside", async () => {
    for (const width of [1, 3, 8, 21]) {
      await expectSame(() =>
        tf.unsortedSegmentSum(normal([6, width]), tf.tensor1d([0, 2, 2, -1, 0, 9], "int32"), 4),
      );
    }
    await expectSame(() =>
      tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3], "int32"), tf.tensor1d([1, 1, 0], "int32"), 2),
    );
  });

  test("joined and cut along any axis", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), fc.integer({ min: 1, max: 5 }), async (shape, seed, more) => {
        const axis = seed % shape.length;
        const sizes = [shape[axis]!, more];
        await expectSame(() => {
          const joined = tf.concat([normal(shape, "a"), normal(shape.with(axis, more), "b")], axis);
          const begin = shape.map((_, i) => (i === axis ? 1 : 0));
          const size = shape.with(axis, sizes[0]! + more - 1);
          return [joined, ...tf.split(joined, sizes, axis), tf.slice(joined, begin, size)];
        }, 0);
      }),
      some,
    );
    await expectSame(() => tf.slice(normal([4, 5, 6]), [1, 2, 3], [2, 2, 2]), 0);
    await expectSame(() => tf.concat([tf.ones([2]), tf.zeros([0]), tf.ones([1])]), 0);
  });

  test("stacked and unstacked", async () => {
    const [a, b] = [() => normal([3, 4], "a"), () => normal([3, 4], "b")];
    await expectSame(() => tf.unstack(tf.stack([a(), b()], 1), 1), 0);
  });

  test("copies share their values, and outlive each other", async () => {
    await tf.setBackend("wasm");
    const x = tf.tensor1d([1, 2, 3]);
    const copies = [tf.clone(x), tf.cast(x, "float32"), tf.transpose(tf.reshape(x, [1, 3]))];
    x.dispose();
    for (const copy of copies) expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    expect([...tf.cast(copies[0]!, "int32").dataSync()]).toEqual([1, 2, 3]);
    tf.dispose(copies);
  });
});

describe("softmax", () => {
  const widths = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }));

  test("of any width, with its gradient", async () => {
    await fc.assert(
      fc.asyncProperty(widths, async (shape) => {
        const weight = () => normal(shape, "weight");
        const x = () => tf.mul(normal(shape), 5);
        await expectSame(() => [
          tf.softmax(x()),
          tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.softmax(x), weight())))(x()),
        ]);
      }),
      some,
    );
  });

  test("against float64 over the whole range; what is masked is 0", async () => {
    await tf.setBackend("wasm");
    const x = Float32Array.from({ length: 3401 }, (_, i) => -i / 40);
    const found = tf.tidy(() => tf.softmax(tf.tensor1d(x)).dataSync());
    const exact = Float64Array.from(x, Math.exp);
    const sum = exact.reduce((a, b) => a + b);
    found.forEach((value, i) => {
      expect(Math.abs(value / (exact[i]! / sum) - 1)).toBeLessThan(1e-6);
    });
    expect([
      ...tf.tidy(() => tf.softmax(tf.tensor1d([0, -1e9, -200, 0, Number.NEGATIVE_INFINITY])).dataSync()),
    ]).toEqual([0.5, 0, 0, 0.5, 0]);
  });

  test("NaN stays in its row", async () => {
    const rows = [
      1,
      Number.NaN,
      2,
      1,
      1,
      1,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    await expectSame(() => tf.softmax(tf.tensor2d(rows, [3, 3])));
  });
});

test("the gradient of relu, with NaN and infinities", async () => {
  const x = [-1, 0, 2, Number.NaN, Number.POSITIVE_INFINITY, -0, 3, Number.NEGATIVE_INFINITY, 1];
  const dy = [1, 2, 3, 4, 5, 6, Number.NaN, 8, Number.POSITIVE_INFINITY];
  await expectSame(() => tf.grad(tf.relu)(tf.tensor1d(x), tf.tensor1d(dy)));
  await expectSame(() => tf.grad(tf.relu)(normal([7, 9]), normal([7, 9], "dy")), 0);
});

test("gradients of gradients", async () => {
  await expectSame(() => {
    const f = (x: tf.Tensor) => tf.sum(tf.mul(tf.softmax(tf.relu(x)), tf.square(x)));
    return tf.grad((x: tf.Tensor) => tf.sum(tf.square(tf.grad(f)(x))))(normal([3, 6]));
  }, 1e-4);
});
