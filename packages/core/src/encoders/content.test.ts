import { expect, test } from "vitest";
import { bind } from "../bind.ts";
import type { ContentEncoder } from "../encoder.ts";
import { random } from "../random.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { cope } from "./cope.ts";
import { deberta } from "./deberta.ts";
import { forgetting } from "./forgetting.ts";
import { transformerXl } from "./transformer-xl.ts";

const [heads, dim, length] = [2, 4, 5];
const normal = (name: string, ...shape: number[]): NdArray => {
  const { normal } = random(1, name);
  return array(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, normal), shape);
};
const q = normal("q", 1, heads, length, dim);
const k = normal("k", 1, heads, length, dim);
const products = normal("products", 1, heads, length, length);
const attention = { q, k, products };
const at = ({ data, shape }: NdArray, ...index: number[]): number =>
  data[index.reduce((offset, i, axis) => offset * shape[axis]! + i, 0)]!;

/** Every head, query and key up to it. */
function eachPair(visit: (head: number, i: number, j: number) => void): void {
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < length; i++) for (let j = 0; j <= i; j++) visit(head, i, j);
  }
}

test("forgetting: the sum of log gates from after the key to the query", () => {
  const weight = normal("weight", heads, dim, 1);
  const bias = normal("bias", heads, 1, 1);
  const scores = bind(forgetting({ heads, dim }), typedArrays, { weight, bias })(
    attention,
    range(length),
    range(length),
  );
  const gate = (head: number, t: number): number => {
    let x = at(bias, head, 0, 0);
    for (let d = 0; d < dim; d++) x += at(k, 0, head, t, d) * at(weight, head, d, 0);
    return 1 / (1 + Math.exp(-x));
  };
  eachPair((head, i, j) => {
    let sum = 0;
    for (let t = j + 1; t <= i; t++) sum += Math.log(gate(head, t));
    expect(at(scores, 0, head, i, j)).toBeCloseTo(sum, 5);
  });
});

test("cope: q times the row at the count of gates from the key to the query", () => {
  const rows = 3;
  const table = normal("table", rows, dim);
  const scores = bind(cope({ heads, dim, maxPosition: rows }), typedArrays, { table })(
    attention,
    range(length),
    range(length),
  );
  eachPair((head, i, j) => {
    let count = 0;
    for (let t = j; t <= i; t++) count += 1 / (1 + Math.exp(-at(products, 0, head, i, t)));
    const position = Math.min(count, rows - 1);
    const row = (n: number) => {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += at(q, 0, head, i, d) * at(table, n, d);
      return sum;
    };
    const [low, high] = [Math.floor(position), Math.ceil(position)];
    const share = position - low;
    expect(at(scores, 0, head, i, j)).toBeCloseTo(row(low) * (1 - share) + row(high) * share, 5);
  });
});

test("transformerXl: (u·k + (q + v)·W R(i − j)) / √dim, on both sides", () => {
  const width = heads * dim;
  const relative = normal("relative", width, width);
  const [u, v] = [normal("u", heads, 1, dim), normal("v", heads, 1, dim)];
  const scores = bind(transformerXl({ heads, dim }), typedArrays, { relative, u, v })(
    attention,
    range(length),
    range(length),
  );
  const distance = (n: number): number[] => {
    const angles = Array.from({ length: width / 2 }, (_, i) => n * 10_000 ** ((-2 * i) / width));
    const r = [...angles.map(Math.sin), ...angles.map(Math.cos)];
    return Array.from({ length: width }, (_, o) =>
      r.reduce((sum, value, i) => sum + value * at(relative, i, o), 0),
    );
  };
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) {
        const r = distance(i - j);
        let sum = 0;
        for (let d = 0; d < dim; d++) {
          sum += at(u, head, 0, d) * at(k, 0, head, j, d);
          sum += (at(q, 0, head, i, d) + at(v, head, 0, d)) * r[head * dim + d]!;
        }
        expect(at(scores, 0, head, i, j)).toBeCloseTo(sum / Math.sqrt(dim), 4);
      }
    }
  }
});

test("deberta: (q·k + q·Kr(δ) + k·Qr(δ)) / √(3·dim), with δ the distance, clamped", () => {
  const span = 3;
  const [positionKeys, positionQueries] = [
    normal("keys", 2 * span, heads * dim),
    normal("queries", 2 * span, heads * dim),
  ];
  const encoder = deberta({ heads, dim, maxRelativePositions: span });
  const apply = bind(encoder, typedArrays, { positionKeys, positionQueries });
  const added = apply(attention, range(length), range(length));
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) {
        const row = Math.min(Math.max(i - j + span, 0), 2 * span - 1);
        let sum = at(products, 0, head, i, j) * Math.sqrt(dim);
        for (let d = 0; d < dim; d++) {
          sum += at(q, 0, head, i, d) * at(positionKeys, row, head * dim + d);
          sum += at(k, 0, head, j, d) * at(positionQueries, row, head * dim + d);
        }
        const score = at(products, 0, head, i, j) + at(added, 0, head, i, j);
        expect(score).toBeCloseTo(sum / Math.sqrt(3 * dim), 5);
      }
    }
  }
});

test("a decode step gives the last row of the whole", () => {
  const every: ContentEncoder[] = [
    forgetting({ heads, dim }),
    cope({ heads, dim, maxPosition: 3 }),
    transformerXl({ heads, dim }),
    deberta({ heads, dim, positionBuckets: 4, maxRelativePositions: 8 }),
  ];
  for (const encoder of every) {
    const values = Object.fromEntries(
      Object.entries(encoder.parameters).map(([name, { shape }]) => [name, normal(name, ...shape)]),
    );
    const apply = bind(encoder, typedArrays, values);
    const whole = apply(attention, range(length), range(length));
    const [lastQ, lastProducts] = [q, products].map((x) => typedArrays.split(x, [length - 1, 1], -2)[1]!) as [
      NdArray,
      NdArray,
    ];
    const step = apply({ q: lastQ, k, products: lastProducts }, range(1, length - 1), range(length));
    for (let head = 0; head < heads; head++) {
      for (let j = 0; j < length; j++) {
        expect(at(step, 0, head, 0, j)).toBeCloseTo(at(whole, 0, head, length - 1, j), 5);
      }
    }
  }
});

test("bad input", () => {
  expect(() => forgetting({ heads: 0, dim })).toThrow(
    new RangeError("forgetting: heads must be at least 1, got 0"),
  );
  expect(() => cope({ heads, dim, maxPosition: 1.5 })).toThrow(
    "cope: maxPosition must be a whole number, got 1.5",
  );
  expect(() => transformerXl({ heads: 1, dim: 3 })).toThrow(
    "transformerXl: heads · dim must be even, got 1 · 3",
  );
  const apply = bind(transformerXl({ heads, dim }), typedArrays, {
    relative: normal("relative", 8, 8),
    u: normal("u", heads, 1, dim),
    v: normal("v", heads, 1, dim),
  });
  expect(() => apply({ ...attention, products: q }, range(length), range(length))).toThrow(
    new RangeError("transformerXl: products must have shape [1, 2, 5, 5], got [1, 2, 5, 4]"),
  );
  expect(() => apply(attention, range(length), range(3))).toThrow(
    "transformerXl: k must have shape [1, 2, 3, 4]",
  );
  expect(() => apply(undefined as never, range(length), range(length))).toThrow(
    new TypeError("transformerXl: attention must be an object, got undefined"),
  );
});
