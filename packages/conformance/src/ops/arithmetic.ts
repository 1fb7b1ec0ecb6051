import { floats, integers } from "../expect.ts";
import { type Operation, positiveSample, sample, wholeSample } from "./operation.ts";

/** Element by element: arithmetic, broadcasting, types, comparison. */
export function testArithmetic(operation: Operation): void {
  const a = floats([2, 3], sample);
  const b = floats([2, 3], (i, j) => positiveSample(j, i));
  const m = integers([2, 3], wholeSample);
  const n = integers([2, 3], (i, j) => wholeSample(j, i));
  const other = (i: number, j: number) => positiveSample(j, i);
  const whole = (i: number, j: number) => wholeSample(j, i);

  operation(
    "add, sub, mul, div, minimum and maximum of two tensors",
    [a, b],
    ({ add, sub, mul, div, minimum, maximum }, a, b) => [
      add(a, b),
      sub(a, b),
      mul(a, b),
      div(a, b),
      minimum(a, b),
      maximum(a, b),
    ],
    [
      floats([2, 3], (i, j) => sample(i, j) + other(i, j)),
      floats([2, 3], (i, j) => sample(i, j) - other(i, j)),
      floats([2, 3], (i, j) => sample(i, j) * other(i, j)),
      floats([2, 3], (i, j) => sample(i, j) / other(i, j)),
      floats([2, 3], (i, j) => Math.min(sample(i, j), other(i, j))),
      floats([2, 3], (i, j) => Math.max(sample(i, j), other(i, j))),
    ],
  );

  operation(
    "a number on the right",
    [b],
    ({ add, sub, mul, div, minimum, maximum }, b) => [
      add(b, 0.5),
      sub(b, 0.5),
      mul(b, -2),
      div(b, 4),
      minimum(b, 1),
      maximum(b, 1),
    ],
    [
      floats([2, 3], (i, j) => other(i, j) + 0.5),
      floats([2, 3], (i, j) => other(i, j) - 0.5),
      floats([2, 3], (i, j) => other(i, j) * -2),
      floats([2, 3], (i, j) => other(i, j) / 4),
      floats([2, 3], (i, j) => Math.min(other(i, j), 1)),
      floats([2, 3], (i, j) => Math.max(other(i, j), 1)),
    ],
  );

  operation(
    "a number on the left",
    [b],
    ({ add, sub, mul, div, minimum, maximum }, b) => [
      add(0.5, b),
      sub(0.5, b),
      mul(-2, b),
      div(4, b),
      minimum(1, b),
      maximum(1, b),
    ],
    [
      floats([2, 3], (i, j) => 0.5 + other(i, j)),
      floats([2, 3], (i, j) => 0.5 - other(i, j)),
      floats([2, 3], (i, j) => -2 * other(i, j)),
      floats([2, 3], (i, j) => 4 / other(i, j)),
      floats([2, 3], (i, j) => Math.min(other(i, j), 1)),
      floats([2, 3], (i, j) => Math.max(other(i, j), 1)),
    ],
  );

  operation(
    "int32 stays int32 under add, sub, mul, minimum and maximum",
    [m, n],
    ({ add, sub, mul, minimum, maximum }, m, n) => [
      add(m, n),
      sub(m, n),
      mul(m, n),
      minimum(m, n),
      maximum(m, n),
    ],
    [
      integers([2, 3], (i, j) => wholeSample(i, j) + whole(i, j)),
      integers([2, 3], (i, j) => wholeSample(i, j) - whole(i, j)),
      integers([2, 3], (i, j) => wholeSample(i, j) * whole(i, j)),
      integers([2, 3], (i, j) => Math.min(wholeSample(i, j), whole(i, j))),
      integers([2, 3], (i, j) => Math.max(wholeSample(i, j), whole(i, j))),
    ],
  );

  operation(
    "a number beside int32 is int32, on either side",
    [m],
    ({ add, sub, mul, minimum, maximum }, m) => [
      add(m, 5),
      sub(m, 5),
      mul(m, -3),
      add(5, m),
      sub(5, m),
      minimum(m, 2),
      maximum(2, m),
    ],
    [
      integers([2, 3], (i, j) => wholeSample(i, j) + 5),
      integers([2, 3], (i, j) => wholeSample(i, j) - 5),
      integers([2, 3], (i, j) => wholeSample(i, j) * -3),
      integers([2, 3], (i, j) => 5 + wholeSample(i, j)),
      integers([2, 3], (i, j) => 5 - wholeSample(i, j)),
      integers([2, 3], (i, j) => Math.min(wholeSample(i, j), 2)),
      integers([2, 3], (i, j) => Math.max(wholeSample(i, j), 2)),
    ],
  );

  operation(
    "int32 beyond 2^24 keeps every digit",
    [integers([3], (i) => 16_777_217 + 2 * i)],
    ({ add, sub }, m) => [add(m, 100_000_002), sub(m, m), sub(m, 1)],
    [
      integers([3], (i) => 116_777_219 + 2 * i),
      integers([3], () => 0),
      integers([3], (i) => 16_777_216 + 2 * i),
    ],
  );

  operation(
    "broadcasting, rank 1 to 4",
    [
      a,
      floats([3], sample),
      floats([2, 1], sample),
      floats([1, 3], sample),
      floats([2, 1, 3, 1], sample),
      floats([1, 2, 1, 4], sample),
      floats([4], sample),
    ],
    ({ add, mul, sub, maximum }, a, row, column, line, u, v, w) => [
      add(a, row),
      mul(row, a),
      sub(column, line),
      sub(u, v),
      maximum(v, w),
      add(w, u),
    ],
    [
      floats([2, 3], (i, j) => sample(i, j) + sample(j)),
      floats([2, 3], (i, j) => sample(i, j) * sample(j)),
      floats([2, 3], (i, j) => sample(i, 0) - sample(0, j)),
      floats([2, 2, 3, 4], (i, j, k, l) => sample(i, 0, k, 0) - sample(0, j, 0, l)),
      floats([1, 2, 1, 4], (_, j, __, l) => Math.max(sample(0, j, 0, l), sample(l))),
      floats([2, 1, 3, 4], (i, _, k, l) => sample(i, 0, k, 0) + sample(l)),
    ],
  );

  operation(
    "constants of both types and of rank 0 to 3",
    [a, m],
    ({ constant, add, mul }, a, m) => [
      add(a, constant(Float32Array.of(1, 2, 3), [3])),
      mul(a, constant(Float32Array.of(2), [])),
      add(m, constant(Int32Array.of(100, 200), [2, 1])),
      constant(Float32Array.of(1, 2, 3, 4), [2, 1, 2]),
    ],
    [
      floats([2, 3], (i, j) => sample(i, j) + j + 1),
      floats([2, 3], (i, j) => sample(i, j) * 2),
      integers([2, 3], (i, j) => wholeSample(i, j) + 100 * (i + 1)),
      floats([2, 1, 2], (i, _, k) => 2 * i + k + 1),
    ],
  );

  operation(
    "neg, abs, floor, relu",
    [a, m],
    ({ neg, abs, floor, relu }, a, m) => [neg(a), abs(a), floor(a), relu(a), neg(m), abs(m)],
    [
      floats([2, 3], (i, j) => 0 - sample(i, j)),
      floats([2, 3], (i, j) => (sample(i, j) < 0 ? -sample(i, j) : sample(i, j))),
      floats([2, 3], (i, j) => Math.floor(sample(i, j))),
      floats([2, 3], (i, j) => Math.max(sample(i, j), 0)),
      integers([2, 3], (i, j) => 0 - wholeSample(i, j)),
      integers([2, 3], (i, j) => Math.abs(wholeSample(i, j))),
    ],
  );

  operation(
    "sqrt, exp, log, sin, cos",
    [b],
    ({ sqrt, exp, log, sin, cos }, b) => [sqrt(b), exp(b), log(b), sin(b), cos(b)],
    [
      floats([2, 3], (i, j) => Math.sqrt(other(i, j))),
      floats([2, 3], (i, j) => Math.exp(other(i, j))),
      floats([2, 3], (i, j) => Math.log(other(i, j))),
      floats([2, 3], (i, j) => Math.sin(other(i, j))),
      floats([2, 3], (i, j) => Math.cos(other(i, j))),
    ],
  );

  operation("float: int32 to float32", [m], ({ float, div }, m) => [float(m), div(float(m), 8)], [
    floats([2, 3], wholeSample),
    floats([2, 3], sample),
  ]);

  operation("int: float32 to int32, towards 0", [a, b], ({ int }, a, b) => [int(a), int(b)], [
    integers([2, 3], (i, j) => Math.trunc(sample(i, j))),
    integers([2, 3], (i, j) => Math.trunc(other(i, j))),
  ]);

  operation(
    "less and where, tensors and numbers",
    [a, b, m, n],
    ({ less, where }, a, b, m, n) => [
      where(less(a, b), a, b),
      where(less(a, 0), -1e9, a),
      where(less(0, a), a, 0),
      where(less(m, n), a, b),
      where(less(m, 2), b, -1),
    ],
    [
      floats([2, 3], (i, j) => Math.min(sample(i, j), other(i, j))),
      floats([2, 3], (i, j) => (sample(i, j) < 0 ? -1e9 : sample(i, j))),
      floats([2, 3], (i, j) => Math.max(sample(i, j), 0)),
      floats([2, 3], (i, j) => (wholeSample(i, j) < whole(i, j) ? sample(i, j) : other(i, j))),
      floats([2, 3], (i, j) => (wholeSample(i, j) < 2 ? other(i, j) : -1)),
    ],
  );

  operation(
    "where between int32 stays int32",
    [m, n],
    ({ less, where }, m, n) => [where(less(m, n), m, n), where(less(m, 0), 0, m)],
    [
      integers([2, 3], (i, j) => Math.min(wholeSample(i, j), whole(i, j))),
      integers([2, 3], (i, j) => Math.max(wholeSample(i, j), 0)),
    ],
  );

  operation(
    "equal is not less, and where broadcasts: a causal mask",
    [integers([2, 3], (i, j) => j + i), floats([2, 2, 3, 3], sample)],
    ({ less, where, expandDims }, positions, scores) => [
      where(expandDims(less(expandDims(positions, -1), expandDims(positions, -2)), -3), -1e9, scores),
    ],
    [floats([2, 2, 3, 3], (i, h, q, k) => (k > q ? -1e9 : sample(i, h, q, k)))],
  );
}
