/** The kernels that posenc's own operations use. */
import { type Frequencies, frequencies, geometric, type Pairing } from "@posenc/core";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { plainTfjs, tfjs } from "../ops.ts";
import { expectClose, expectSame, normal, scoped } from "./compare.fixture.ts";
import { installWasmKernels } from "./install.ts";

beforeAll(async () => {
  installWasmKernels();
  await tf.setBackend("wasm");
});

describe("rotate", () => {
  const turns = [
    { x: [2, 3, 5], turn: [5] },
    { x: [2, 3, 5], turn: [2, 1, 5] },
    { x: [2, 3, 5], turn: [3, 5] },
    { x: [2, 3, 5], turn: [2, 3, 5] },
    { x: [2, 3, 5], turn: [1] },
    { x: [2, 3, 2, 2, 5], turn: [2, 1, 2, 1, 5] },
    { x: [5], turn: [2, 1, 5] }, // the turn makes x larger
  ];
  for (const pairing of ["halves", "interleaved"] as const satisfies readonly Pairing[]) {
    test.each(turns)(`${pairing}: x $x, turn $turn`, async ({ x, turn }) => {
      for (const [dim, rotaryDim] of [
        [8, 8],
        [8, 6],
        [24, 18],
        [5, 2],
      ] as const) {
        if (turn.length > x.length && rotaryDim < dim) continue; // no backend has that
        const layout = { pairing, dim, rotaryDim };
        const inputs = () => [
          normal([...x, dim], "x"),
          normal([...turn, rotaryDim / 2], "sin"),
          normal([...turn, rotaryDim / 2], "cos"),
        ];
        const weighted = (rotate: typeof tfjs.rotate) => (x: tf.Tensor, sin: tf.Tensor, cos: tf.Tensor) => {
          const turned = rotate(x, { sin, cos }, layout);
          return tf.sum(tf.mul(turned, normal(turned.shape, "weight")));
        };
        const [x0, sin, cos] = inputs() as [tf.Tensor, tf.Tensor, tf.Tensor];
        const found = tfjs.rotate(x0, { sin, cos }, layout).dataSync();
        expectClose(found, plainTfjs.rotate(x0, { sin, cos }, layout).dataSync());
        tf.dispose([x0, sin, cos]);
        await tf.setBackend("cpu");
        const grads = (rotate: typeof tfjs.rotate) =>
          scoped(() =>
            tf
              .grads(weighted(rotate) as (...all: tf.Tensor[]) => tf.Tensor)(inputs())
              .map((d) => d.dataSync()),
          );
        const want = grads(plainTfjs.rotate);
        await tf.setBackend("wasm");
        grads(tfjs.rotate).forEach((gradient, i) => {
          expectClose(gradient, want[i]!);
        });
      }
    });
  }
});

describe("exact sines and cosines", () => {
  const ulp = (x: number): number => 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23);

  /** sin and cos of position · frequency for frequencies of few bits, whose float64 products are exact. */
  function checkSimple(positions: Int32Array | Float32Array, values: readonly number[]): void {
    const found = scoped(() => {
      const { sin, cos } = tfjs.exactSincos(tf.tensor1d(positions), frequencies(values));
      expect(sin.shape).toEqual([positions.length, values.length]);
      return { sin: sin.dataSync(), cos: cos.dataSync() };
    });
    positions.forEach((position, row) => {
      values.forEach((frequency, column) => {
        for (const name of ["sin", "cos"] as const) {
          const want = Math[name](position * frequency);
          const value = found[name][row * values.length + column]!;
          expect(Math.abs(value - want), `${name}(${position} · ${frequency})`).toBeLessThanOrEqual(
            ulp(want),
          );
        }
      });
    });
  }

  test("within an ulp, for whole and real positions, and any number of frequencies", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -(2 ** 24), max: 2 ** 24 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 0, max: 2 ** 20 }), { minLength: 1, maxLength: 5 }),
        (positions, values) => {
          checkSimple(
            Int32Array.from(positions),
            values.map((value) => value / 2 ** 20),
          );
          checkSimple(
            Float32Array.from(positions, (p) => p / 64),
            values.map((value) => value / 2 ** 20),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test("products beyond what the kernel reduces are left to the host", () => {
    checkSimple(Float32Array.of(1, 2 ** 24, 3), [1, 2 ** 5, 2 ** 8]);
  });

  test("of RoPE's frequencies, the same as on the cpu backend to an ulp", async () => {
    const rope: Frequencies = geometric({ base: 10_000, count: 32, numerator: 1, denominator: 32 });
    const positions = Int32Array.from({ length: 300 }, (_, i) => (i * 55_921) % 2 ** 24);
    const onBackend = async (backend: string) => {
      await tf.setBackend(backend);
      return scoped(() =>
        Object.values(tfjs.exactSincos(tf.tensor1d(positions, "int32"), rope)).map((x: tf.Tensor) =>
          x.dataSync(),
        ),
      );
    };
    const want = await onBackend("cpu");
    (await onBackend("wasm")).forEach((values, i) => {
      values.forEach((value, j) => {
        expect(Math.abs(value - want[i]![j]!)).toBeLessThanOrEqual(ulp(want[i]![j]!));
      });
    });
  });

  test("amplitude, growth, NaN", async () => {
    const plain = { high: Float64Array.of(1, 0.25, 0.125), low: new Float64Array(3) };
    const growth = { rates: Float64Array.of(0.1, -0.1, 0), centre: 2 };
    for (const each of [
      { ...plain, amplitude: 1.5 },
      { ...plain, growth },
    ]) {
      await expectSame(
        () => Object.values(tfjs.exactSincos(tf.tensor1d([0, 1, 7], "int32"), each)) as tf.Tensor[],
        1e-7,
      );
    }
    await expectSame(
      () => Object.values(tfjs.exactSincos(tf.tensor1d([Number.NaN, 1]), plain)) as tf.Tensor[],
      1e-7,
    );
  });
});

describe("layer normalisation", () => {
  const shapes = fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 2, max: 37 }),
  );

  test("of any width, with its three gradients", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const width = shape[2];
        await expectSame(() => {
          const f = (x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) => tfjs.layerNorm(x, gain, bias);
          const given = [normal(shape), normal([width], "gain"), normal([width], "bias")];
          const weighted = (...all: tf.Tensor[]) =>
            tf.sum(tf.mul(f(...(all as [tf.Tensor, tf.Tensor, tf.Tensor])), normal(shape, "weight")));
          return [f(...(given as [tf.Tensor, tf.Tensor, tf.Tensor])), ...tf.grads(weighted)(given)];
        }, 5e-5);
      }),
      { numRuns: 40 },
    );
  });

  test("NaN stays in its row", async () => {
    const [gain, bias] = [() => normal([5], "gain"), () => normal([5], "bias")];
    await expectSame(() =>
      tfjs.layerNorm(
        tf.concat([normal([2, 5]), tf.fill([1, 5], Number.NaN), normal([1, 5])]),
        gain(),
        bias(),
      ),
    );
  });
});
