import { array, random } from "@posenc/core";
import { plainTfjs, tfjs } from "@posenc/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import type { Measurement } from "./measurement.ts";

const booleans = [false, true] as const;

/** [m, k] × [k, n], in all four forms. */
const products = (m: number, k: number, n: number): Measurement[] =>
  booleans.flatMap((transposeA) =>
    booleans.map((transposeB) => ({
      name: `product-${m}-${k}-${n}-${transposeA ? "t" : "n"}${transposeB ? "t" : "n"}`,
      title: `product ${m} × ${k} × ${n}, transposed: ${[transposeA && "a", transposeB && "b"].filter(Boolean).join(", ") || "none"}`,
      about: "A product of matrices, as tf.matMul.",
      operations: 2 * m * k * n,
      prepare() {
        const a = tf.randomNormal(transposeA ? [k, m] : [m, k]);
        const b = tf.randomNormal(transposeB ? [n, k] : [k, n]);
        return () => tf.matMul(a, b, transposeA, transposeB).dispose();
      },
      torch: {
        computation: "matMul",
        sizes: { transposeA, transposeB },
        inputs: () => ({
          a: noise("a", transposeA ? [k, m] : [m, k]),
          b: noise("b", transposeB ? [n, k] : [k, n]),
        }),
      },
    })),
  );

function noise(name: string, shape: readonly [number, number]) {
  const { normal } = random(1, name);
  return array(Float32Array.from({ length: shape[0] * shape[1] }, normal), shape);
}

/** Queries of 8 heads × 512 tokens × 64. */
function rotation(pairing: "halves" | "interleaved", backward: boolean): Measurement {
  return {
    name: `rotate-${pairing}-${backward ? "backward" : "forward"}`,
    title: `rotate [4, 8, 512, 64], ${pairing}, ${backward ? "forward and backward" : "forward"}`,
    about: "Queries turned; stock composes the turn of other operations.",
    prepare(contender) {
      const { rotate } = contender === "kernels" ? tfjs : plainTfjs;
      const x = tf.randomNormal([4, 8, 512, 64]);
      const turn = { sin: tf.randomNormal([512, 32]), cos: tf.randomNormal([512, 32]) };
      const turned = (x: tf.Tensor) => rotate(x, turn, { pairing, dim: 64, rotaryDim: 64 });
      const dy = tf.randomNormal([4, 8, 512, 64]);
      const both = tf.valueAndGrad(turned);
      return () => tf.tidy(() => void (backward ? both(x, dy) : turned(x)));
    },
  };
}

export const operations: readonly Measurement[] = [
  ...products(512, 512, 512),
  ...products(320, 512, 512),
  rotation("halves", false),
  rotation("halves", true),
  rotation("interleaved", false),
  rotation("interleaved", true),
];
