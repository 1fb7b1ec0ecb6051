import { floats, integers } from "../expect.ts";
import { type Operation, sample, wholeSample } from "./operation.ts";

/** What moves values and changes shapes, and computes nothing. */
export function testShapes(operation: Operation): void {
  const x1 = floats([4], sample);
  const x2 = floats([2, 3], sample);
  const x3 = floats([2, 3, 4], sample);
  const x4 = floats([2, 3, 4, 5], sample);

  operation(
    "expandDims at every axis",
    [x2],
    ({ expandDims }, x) => [expandDims(x, -1), expandDims(x, -2), expandDims(x, -3)],
    [
      floats([2, 3, 1], (i, j) => sample(i, j)),
      floats([2, 1, 3], (i, _, j) => sample(i, j)),
      floats([1, 2, 3], (_, i, j) => sample(i, j)),
    ],
  );

  operation(
    "squeeze at every axis",
    [
      floats([1, 2, 3], (_, i, j) => sample(i, j)),
      floats([2, 1, 3], (i, _, j) => sample(i, j)),
      floats([2, 3, 1], sample),
    ],
    ({ squeeze }, a, b, c) => [squeeze(a, -3), squeeze(b, -2), squeeze(c, -1)],
    [x2, x2, floats([2, 3], (i, j) => sample(i, j, 0))],
  );

  operation(
    "swapAxes, neighbours and far ones, rank 2 to 4, int32 too",
    [x2, x3, x4, integers([2, 3], wholeSample)],
    ({ swapAxes }, x2, x3, x4, m) => [
      swapAxes(x2, -1, -2),
      swapAxes(x3, -3, -1),
      swapAxes(x4, -3, -2),
      swapAxes(x4, -2, -1),
      swapAxes(m, -2, -1),
    ],
    [
      floats([3, 2], (i, j) => sample(j, i)),
      floats([4, 3, 2], (i, j, k) => sample(k, j, i)),
      floats([2, 4, 3, 5], (i, j, k, l) => sample(i, k, j, l)),
      floats([2, 3, 5, 4], (i, j, k, l) => sample(i, j, l, k)),
      integers([3, 2], (i, j) => wholeSample(j, i)),
    ],
  );

  operation(
    "unflatten into two and three axes",
    [floats([12], (i) => i), floats([2, 12], (i, j) => 12 * i + j), integers([2, 4], (i, j) => 4 * i + j)],
    ({ unflatten }, a, b, m) => [
      unflatten(a, [3, 4]),
      unflatten(b, [4, 3]),
      unflatten(b, [2, 3, 2]),
      unflatten(m, [2, 2]),
    ],
    [
      floats([3, 4], (i, j) => 4 * i + j),
      floats([2, 4, 3], (i, j, k) => 12 * i + 3 * j + k),
      floats([2, 2, 3, 2], (i, j, k, l) => 12 * i + 6 * j + 2 * k + l),
      integers([2, 2, 2], (i, j, k) => 4 * i + 2 * j + k),
    ],
  );

  operation(
    "flatten joins the last two axes",
    [x2, x3, x4],
    ({ flatten }, x2, x3, x4) => [flatten(x2, 6), flatten(x3, 12), flatten(x4, 20)],
    [
      floats([6], (i) => sample(Math.floor(i / 3), i % 3)),
      floats([2, 12], (i, j) => sample(i, Math.floor(j / 4), j % 4)),
      floats([2, 3, 20], (i, j, k) => sample(i, j, Math.floor(k / 5), k % 5)),
    ],
  );

  operation(
    "heads apart and together again",
    [x3],
    ({ flatten, swapAxes, unflatten }, x) => [
      flatten(swapAxes(swapAxes(unflatten(x, [2, 2]), -3, -2), -3, -2), 4),
      swapAxes(unflatten(x, [2, 2]), -3, -2),
    ],
    [x3, floats([2, 2, 3, 2], (i, head, j, k) => sample(i, j, 2 * head + k))],
  );

  operation(
    "concat along each axis, unequal lengths",
    [x2, floats([2, 1], (i) => 100 + i), floats([1, 3], (_, j) => 200 + j), x3],
    ({ concat }, x, column, row, x3) => [
      concat([x, column], -1),
      concat([column, x, x], -1),
      concat([x, row], -2),
      concat([x3, x3], -3),
      concat([x3, x3], -2),
    ],
    [
      floats([2, 4], (i, j) => (j < 3 ? sample(i, j) : 100 + i)),
      floats([2, 7], (i, j) => (j < 1 ? 100 + i : sample(i, (j - 1) % 3))),
      floats([3, 3], (i, j) => (i < 2 ? sample(i, j) : 200 + j)),
      floats([4, 3, 4], (i, j, k) => sample(i % 2, j, k)),
      floats([2, 6, 4], (i, j, k) => sample(i, j % 3, k)),
    ],
  );

  operation(
    "concat of one, of vectors and of int32",
    [x1, integers([2], (i) => i), integers([1], () => 7)],
    ({ concat }, x, m, n) => [concat([x], -1), concat([x, x], -1), concat([m, n], -1)],
    [x1, floats([8], (i) => sample(i % 4)), integers([3], (i) => (i < 2 ? i : 7))],
  );

  operation(
    "split into unequal parts along each axis",
    [x4, x1],
    ({ split }, x, vector) => [
      ...split(x, [1, 3, 1], -1),
      ...split(x, [3, 1], -2),
      ...split(x, [1, 2], -3),
      ...split(x, [2], -4),
      ...split(vector, [3, 1], -1),
    ],
    [
      floats([2, 3, 4, 1], (i, j, k) => sample(i, j, k, 0)),
      floats([2, 3, 4, 3], (i, j, k, l) => sample(i, j, k, l + 1)),
      floats([2, 3, 4, 1], (i, j, k) => sample(i, j, k, 4)),
      floats([2, 3, 3, 5], sample),
      floats([2, 3, 1, 5], (i, j, _, l) => sample(i, j, 3, l)),
      floats([2, 1, 4, 5], sample),
      floats([2, 2, 4, 5], (i, j, k, l) => sample(i, j + 1, k, l)),
      x4,
      floats([3], sample),
      floats([1], () => sample(3)),
    ],
  );

  operation(
    "gather rows by 1-D and 2-D indices, repeated and out of order",
    [
      floats([5, 3], sample),
      integers([4], (i) => [4, 0, 0, 2][i]!),
      integers([2, 2], (i, j) => [4, 1, 1, 3][2 * i + j]!),
      floats([5], (i) => 10 * i),
      floats([5, 2, 2], sample),
      integers([5], (i) => 10 * i),
    ],
    ({ gather }, table, rows, grid, list, blocks, wholes) => [
      gather(table, rows),
      gather(table, grid),
      gather(list, grid),
      gather(blocks, rows),
      gather(wholes, rows),
    ],
    [
      floats([4, 3], (i, j) => sample([4, 0, 0, 2][i]!, j)),
      floats([2, 2, 3], (i, j, k) => sample([4, 1, 1, 3][2 * i + j]!, k)),
      floats([2, 2], (i, j) => 10 * [4, 1, 1, 3][2 * i + j]!),
      floats([4, 2, 2], (i, j, k) => sample([4, 0, 0, 2][i]!, j, k)),
      integers([4], (i) => 10 * [4, 0, 0, 2][i]!),
    ],
  );

  const picks = (...index: number[]): number => ((wholeSample(...index) % 4) + 4) % 4;
  operation(
    "takeAlong the last axis: indices of each row, of all of them, of each matrix",
    [
      x3,
      integers([2, 3, 5], picks),
      integers([3, 5], picks),
      integers([2], (i) => 3 * i),
      integers([2, 1, 3], picks),
      x1,
      integers([2, 3], (i, j) => 10 * i + j),
      integers([2, 1], () => 2),
    ],
    ({ takeAlong }, x, own, shared, one, blocks, vector, wholes, last) => [
      takeAlong(x, own),
      takeAlong(x, shared),
      takeAlong(x, one),
      takeAlong(x, blocks),
      takeAlong(vector, one),
      takeAlong(wholes, last),
    ],
    [
      floats([2, 3, 5], (i, j, k) => sample(i, j, picks(i, j, k))),
      floats([2, 3, 5], (i, j, k) => sample(i, j, picks(j, k))),
      floats([2, 3, 2], (i, j, k) => sample(i, j, 3 * k)),
      floats([2, 3, 3], (i, j, k) => sample(i, j, picks(i, 0, k))),
      floats([2], (i) => sample(3 * i)),
      integers([2, 1], (i) => 10 * i + 2),
    ],
  );
}
