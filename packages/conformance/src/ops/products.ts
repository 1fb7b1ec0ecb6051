import { floats } from "../expect.ts";
import { type Operation, sample } from "./operation.ts";

const total = (n: number, at: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += at(i);
  return sum;
};

/** Matrix products, reductions, softmax and layerNorm. */
export function testProducts(operation: Operation): void {
  operation(
    "matMul of matrices",
    [floats([2, 3], sample), floats([3, 4], sample), floats([1, 3], sample), floats([3, 1], sample)],
    ({ matMul }, a, b, row, column) => [matMul(a, b), matMul(row, column), matMul(column, row)],
    [
      floats([2, 4], (i, j) => total(3, (k) => sample(i, k) * sample(k, j))),
      floats([1, 1], () => total(3, (k) => sample(0, k) * sample(k, 0))),
      floats([3, 3], (i, j) => sample(i, 0) * sample(0, j)),
    ],
  );

  operation(
    "matMul of batches, the same leading axes",
    [
      floats([2, 2, 3], sample),
      floats([2, 3, 4], sample),
      floats([2, 3, 2, 4], sample),
      floats([2, 3, 4, 2], sample),
    ],
    ({ matMul }, a, b, c, d) => [matMul(a, b), matMul(c, d)],
    [
      floats([2, 2, 4], (n, i, j) => total(3, (k) => sample(n, i, k) * sample(n, k, j))),
      floats([2, 3, 2, 2], (n, h, i, j) => total(4, (k) => sample(n, h, i, k) * sample(n, h, k, j))),
    ],
  );

  operation(
    "matMul with broadcast leading axes",
    [
      floats([2, 2, 3], sample),
      floats([3, 4], sample),
      floats([2, 1, 2, 3], sample),
      floats([3, 3, 4], sample),
      floats([4, 2], sample),
    ],
    ({ matMul }, a, weight, c, d, left) => [
      matMul(a, weight),
      matMul(c, d),
      matMul(left, a),
      matMul(c, weight),
    ],
    [
      floats([2, 2, 4], (n, i, j) => total(3, (k) => sample(n, i, k) * sample(k, j))),
      floats([2, 3, 2, 4], (n, h, i, j) => total(3, (k) => sample(n, 0, i, k) * sample(h, k, j))),
      floats([2, 4, 3], (n, i, j) => total(2, (k) => sample(i, k) * sample(n, k, j))),
      floats([2, 1, 2, 4], (n, h, i, j) => total(3, (k) => sample(n, h, i, k) * sample(k, j))),
    ],
  );

  operation(
    "sum keeps the axis, at every axis",
    [floats([2, 3, 4], sample), floats([5], sample)],
    ({ sum }, x, vector) => [sum(x, -1), sum(x, -2), sum(x, -3), sum(vector, -1)],
    [
      floats([2, 3, 1], (i, j) => total(4, (k) => sample(i, j, k))),
      floats([2, 1, 4], (i, _, k) => total(3, (j) => sample(i, j, k))),
      floats([1, 3, 4], (_, j, k) => total(2, (i) => sample(i, j, k))),
      floats([1], () => total(5, (i) => sample(i))),
    ],
  );

  operation(
    "mean keeps the axis, at every axis",
    [floats([2, 3, 4], sample), floats([5], sample)],
    ({ mean }, x, vector) => [mean(x, -1), mean(x, -2), mean(x, -3), mean(vector, -1)],
    [
      floats([2, 3, 1], (i, j) => total(4, (k) => sample(i, j, k)) / 4),
      floats([2, 1, 4], (i, _, k) => total(3, (j) => sample(i, j, k)) / 3),
      floats([1, 3, 4], (_, j, k) => total(2, (i) => sample(i, j, k)) / 2),
      floats([1], () => total(5, (i) => sample(i)) / 5),
    ],
  );

  operation(
    "max keeps the axis, at every axis, below 0 too",
    [floats([2, 3, 4], sample), floats([3], (i) => -5 - i)],
    ({ max }, x, vector) => [max(x, -1), max(x, -2), max(x, -3), max(vector, -1)],
    [
      floats([2, 3, 1], (i, j) => Math.max(...[0, 1, 2, 3].map((k) => sample(i, j, k)))),
      floats([2, 1, 4], (i, _, k) => Math.max(...[0, 1, 2].map((j) => sample(i, j, k)))),
      floats([1, 3, 4], (_, j, k) => Math.max(sample(0, j, k), sample(1, j, k))),
      floats([1], () => -5),
    ],
  );

  const softmax = (length: number, at: (k: number) => number) => {
    const top = Math.max(...Array.from({ length }, (_, k) => at(k)));
    const sum = total(length, (k) => Math.exp(at(k) - top));
    return (k: number) => Math.exp(at(k) - top) / sum;
  };
  const large = (i: number, j: number) => [1000 + j, -1000 - j, j === 1 ? -1e9 : j, 3e38][i]!;

  operation(
    "softmax over the last axis, rank 1 to 4",
    [floats([4], sample), floats([2, 3], sample), floats([2, 1, 2, 3], sample)],
    (ops, x1, x2, x4) => [ops.softmax(x1), ops.softmax(x2), ops.softmax(x4)],
    [
      floats([4], (k) => softmax(4, sample)(k)),
      floats([2, 3], (i, k) => softmax(3, (k) => sample(i, k))(k)),
      floats([2, 1, 2, 3], (i, j, k, l) => softmax(3, (l) => sample(i, j, k, l))(l)),
    ],
  );

  operation("softmax of large values", [floats([4, 3], large)], (ops, x) => [ops.softmax(x)], [
    floats([4, 3], (i, k) => softmax(3, (k) => large(i, k))(k)),
  ]);

  const normalised = (length: number, at: (k: number) => number) => {
    const mean = total(length, at) / length;
    const variance = total(length, (k) => (at(k) - mean) ** 2) / length;
    return (k: number) => (at(k) - mean) / Math.sqrt(variance + 1e-5);
  };
  const [gain, bias] = [(k: number) => 0.5 + k / 4, (k: number) => k / 8 - 0.25];

  operation(
    "layerNorm over the last axis; a row of equal values gives the bias",
    [floats([2, 3, 4], sample), floats([4], gain), floats([4], bias), floats([1, 4], () => 7)],
    (ops, x, gain, bias, flat) => [ops.layerNorm(x, gain, bias), ops.layerNorm(flat, gain, bias)],
    [
      floats([2, 3, 4], (i, j, k) => normalised(4, (k) => sample(i, j, k))(k) * gain(k) + bias(k)),
      floats([1, 4], (_, k) => bias(k)),
    ],
    2e-6,
  );
}
