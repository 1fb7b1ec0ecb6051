import { describe, expect, test } from "vitest";
import { bind } from "./bind.ts";
import { additive, bias, type Encoder, rotary } from "./encoder.ts";
import { alibi } from "./encoders/alibi.ts";
import { learned } from "./encoders/learned.ts";
import { none } from "./encoders/none.ts";
import { rope } from "./encoders/rope.ts";
import { sinusoidal } from "./encoders/sinusoidal.ts";
import { checkFit, checkTokens } from "./model-checks.ts";
import { sizeOf } from "./parameters.ts";
import { range } from "./range.ts";
import { slots } from "./slots.ts";
import { typedArrays } from "./typed-arrays/index.ts";
import { array, type NdArray } from "./typed-arrays/nd-array.ts";

const x = (...shape: number[]): NdArray => array(new Float32Array(sizeOf(shape)).fill(1), shape);
const at = (...positions: number[]): NdArray => array(Int32Array.from(positions));
const real = (...positions: number[]): NdArray => array(Float32Array.from(positions));
const grid = (batch: number, length: number): NdArray =>
  array(new Int32Array(batch * length), [batch, length]);
const missing = undefined as unknown as NdArray;

const add = bind(sinusoidal({ dim: 4 }), typedArrays, {});
const turn = bind(rope({ dim: 4 }), typedArrays, {});
const score = bind(alibi({ heads: 2 }), typedArrays, {});

describe("positions", () => {
  test.each<[string, () => unknown, Error]>([
    [
      "negative",
      () => add(x(2, 4), at(0, -1)),
      new RangeError("sinusoidal: positions must be 0 or greater, got -1 at index 1"),
    ],
    [
      "fractional",
      () => add(x(2, 4), real(0, 0.5)),
      new RangeError("sinusoidal: positions must be whole numbers, got 0.5 at index 1"),
    ],
    [
      "NaN",
      () => add(x(2, 4), real(Number.NaN, 1)),
      new RangeError("sinusoidal: positions must be whole numbers, got NaN at index 0"),
    ],
    [
      "whole, but float32",
      () => add(x(2, 4), real(0, 1)),
      new TypeError("sinusoidal: positions must be int32, got float32"),
    ],
    [
      "infinite, where they are real",
      () => bind(sinusoidal({ dim: 4, positions: "real" }), typedArrays, {})(x(1, 4), real(Infinity)),
      new RangeError("sinusoidal: positions must be finite, got Infinity at index 0"),
    ],
    [
      "NaN, where they are real",
      () => bind(rope({ dim: 4, positions: "real" }), typedArrays, {})(x(1, 4), x(1, 4), real(Number.NaN)),
      new RangeError("rope: positions must be finite, got NaN at index 0"),
    ],
    [
      "beyond a table",
      () => bind(learned({ dim: 4, maxLength: 8 }), typedArrays, { table: x(8, 4) })(x(1, 4), at(8)),
      new RangeError("learned: positions must be below 8, got 8 at index 0"),
    ],
    [
      "of rank 0",
      () => add(x(2, 4), array(Int32Array.of(1), [])),
      new RangeError("sinusoidal: positions must have shape [length] or [batch, length], got []"),
    ],
    [
      "of rank 3",
      () => add(x(2, 4), array(new Int32Array(2), [1, 1, 2])),
      new RangeError("sinusoidal: positions must have shape [length] or [batch, length], got [1, 1, 2]"),
    ],
    [
      "missing",
      () => add(x(2, 4), missing),
      new TypeError("sinusoidal: positions must be a tensor, got undefined"),
    ],
    [
      "negative, of queries",
      () => score(at(-1), at(0)),
      new RangeError("alibi: queries must be 0 or greater, got -1 at index 0"),
    ],
    [
      "float32, of keys",
      () => score(at(1), real(0)),
      new TypeError("alibi: keys must be int32, got float32"),
    ],
    [
      "negative, of keys elsewhere",
      () => turn(x(1, 4), x(2, 4), at(1), at(0, -7)),
      new RangeError("rope: keyPositions must be 0 or greater, got -7 at index 1"),
    ],
  ])("%s", (_, call, error) => {
    expect(call).toThrow(error);
  });
});

describe("shapes", () => {
  test.each<[string, () => unknown, Error]>([
    [
      "x of another width",
      () => add(x(2, 6), range(2)),
      new RangeError("sinusoidal: x must have a last axis of 4, got shape [2, 6]"),
    ],
    [
      "x of another length",
      () => add(x(3, 4), range(2)),
      new RangeError("sinusoidal: x must have 2 rows, one for each of positions [2], got shape [3, 4]"),
    ],
    [
      "x of rank 1",
      () => add(x(4), range(2)),
      new RangeError("sinusoidal: x must have shape [..., length, dim], got shape [4]"),
    ],
    [
      "x of type int32",
      () => add(array(new Int32Array(8), [2, 4]), range(2)),
      new TypeError("sinusoidal: x must be float32, got int32"),
    ],
    [
      "x missing",
      () => add(missing, range(2)),
      new TypeError("sinusoidal: x must be a tensor, got undefined"),
    ],
    [
      "positions of another batch",
      () => add(x(2, 3, 4), grid(4, 3)),
      new RangeError("sinusoidal: x must have a first axis of 4, as positions [4, 3], got shape [2, 3, 4]"),
    ],
    [
      "positions of a batch, x of none",
      () => add(x(3, 4), grid(2, 3)),
      new RangeError("sinusoidal: x must have a first axis of 2, as positions [2, 3], got shape [3, 4]"),
    ],
    [
      "q of another width",
      () => turn(x(2, 8), x(2, 4), range(2)),
      new RangeError("rope: q must have a last axis of 4, got shape [2, 8]"),
    ],
    [
      "k of another length",
      () => turn(x(2, 4), x(3, 4), range(2)),
      new RangeError("rope: k must have 2 rows, one for each of positions [2], got shape [3, 4]"),
    ],
    [
      "k of another length than keyPositions",
      () => turn(x(1, 4), x(3, 4), range(1), range(2)),
      new RangeError("rope: k must have 2 rows, one for each of keyPositions [2], got shape [3, 4]"),
    ],
    [
      "k missing",
      () => turn(x(2, 4), missing, range(2)),
      new TypeError("rope: k must be a tensor, got undefined"),
    ],
    [
      "q of rank 3 with positions of a batch",
      () => turn(x(2, 3, 4), x(2, 3, 4), grid(2, 3)),
      new RangeError(
        "rope: q must have shape [batch, heads, length, 4] where positions has shape [2, 3], got [2, 3, 4]",
      ),
    ],
    [
      "q and k of different batches",
      () => turn(x(2, 1, 3, 4), x(3, 1, 3, 4), range(3)),
      new RangeError(
        "rope: q and k must have the same rank and batch, got shapes [2, 1, 3, 4] and [3, 1, 3, 4]",
      ),
    ],
    [
      "q of another batch than positions",
      () => turn(x(3, 2, 3, 4), x(3, 2, 3, 4), grid(2, 3)),
      new RangeError("rope: q must have a first axis of 2, as positions [2, 3], got shape [3, 2, 3, 4]"),
    ],
    [
      "queries and keys of different rank",
      () => score(range(2), grid(1, 2)),
      new RangeError("alibi: queries and keys must have the same rank and batch, got [2] and [1, 2]"),
    ],
    [
      "queries and keys of different batches",
      () => score(grid(2, 1), grid(3, 1)),
      new RangeError("alibi: queries and keys must have the same rank and batch, got [2, 1] and [3, 1]"),
    ],
  ])("%s", (_, call, error) => {
    expect(call).toThrow(error);
  });

  test("positions [1, length] serve every batch", () => {
    const positions = array(Int32Array.of(0, 1, 2), [1, 3]);
    expect(add(x(2, 3, 4), positions)).toEqual(add(x(2, 3, 4), range(3)));
    expect(turn(x(2, 2, 3, 4), x(2, 2, 3, 4), positions)).toEqual(
      turn(x(2, 2, 3, 4), x(2, 2, 3, 4), range(3)),
    );
  });

  test("queries may have more heads than keys", () => {
    const [q, k] = turn(x(2, 4, 3, 4), x(2, 1, 3, 4), range(3));
    expect([q.shape, k.shape]).toEqual([
      [2, 4, 3, 4],
      [2, 1, 3, 4],
    ]);
  });
});

describe("values", () => {
  const encoder = learned({ dim: 4, maxLength: 8 });
  test.each<[unknown, Error]>([
    [{}, new TypeError("learned: values.table must be a tensor, got undefined")],
    [{ table: null }, new TypeError("learned: values.table must be a tensor, got null")],
    [{ table: x(8, 5) }, new RangeError("learned: values.table must have shape [8, 4], got [8, 5]")],
    [{ table: x(32) }, new RangeError("learned: values.table must have shape [8, 4], got [32]")],
    [{ table: x(8, 4), bias: x(4) }, new TypeError('learned: unknown parameter "bias"; it has table')],
    [undefined, new TypeError("learned: values must be an object with table, got undefined")],
  ])("%#", (values, error) => {
    expect(() => bind(encoder, typedArrays, values as { table: NdArray })).toThrow(error);
  });

  test("of an encoder without parameters", () => {
    expect(() => bind(none(), typedArrays, { table: x(1) })).toThrow(
      new TypeError('none: unknown parameter "table"; it has none'),
    );
    expect(() => bind(none(), typedArrays, null as never)).toThrow(
      new TypeError("none: values must be an object with no entries, got null"),
    );
  });
});

describe("slots: an encoder acts in its place, and passes on elsewhere", () => {
  const [q, k] = [x(1, 2, 3, 4), x(1, 2, 3, 4)];
  const embedded = x(1, 3, 4);
  const attention = { q, k, products: x(1, 2, 3, 3) };
  const changed = (encoder: Encoder) => {
    const { embed, turn, score } = slots(encoder, typedArrays, {});
    const [turnedQ, turnedK] = turn(q, k, range(3));
    return [
      embed(embedded, range(3)) !== embedded,
      turnedQ !== q,
      turnedK !== k,
      score(attention, range(3), range(3)) !== attention.products,
    ];
  };

  test("each kind", () => {
    expect(changed(sinusoidal({ dim: 4 }))).toEqual([true, false, false, false]);
    expect(changed(rope({ dim: 4 }))).toEqual([false, true, true, false]);
    expect(changed(alibi({ heads: 2 }))).toEqual([false, false, false, true]);
  });

  test("scores are added", () => {
    const { score } = slots(alibi({ heads: 1, slopes: [1] }), typedArrays, {});
    const attention = { q: x(1, 1, 2, 4), k: x(1, 1, 2, 4), products: x(1, 1, 2, 2) };
    expect([...score(attention, range(2), range(2)).data]).toEqual([1, 2, 0, 1]);
  });
});

test("checkFit: an encoder made for a model of other sizes", () => {
  const model = { dim: 8, heads: 2 };
  for (const encoder of [none(), sinusoidal({ dim: 8 }), rope({ dim: 4 }), alibi({ heads: 2 })]) {
    expect(() => checkFit(encoder, model)).not.toThrow();
  }
  expect(() => checkFit(sinusoidal({ dim: 4 }), model)).toThrow(
    new RangeError("sinusoidal: dim must be 8, the model's dim, got 4"),
  );
  expect(() => checkFit(rope({ dim: 8 }), model)).toThrow(
    new RangeError("rope: dim must be 4, the model's dim / heads, got 8"),
  );
  expect(() => checkFit(alibi({ heads: 4 }), model)).toThrow(
    new RangeError("alibi: heads must be 2, the model's heads, got 4"),
  );
});

test("an encoder that is none", () => {
  const kinds = '"additive" or "rotary" or "bias" or "content"';
  for (const [call, who] of [
    [(encoder: Encoder) => bind(encoder, typedArrays, {}), "bind"],
    [(encoder: Encoder) => checkFit(encoder, { dim: 8, heads: 2 }), "checkFit"],
  ] as const) {
    expect(() => call(null as never)).toThrow(new TypeError(`${who}: encoder must be an object, got null`));
    expect(() => call({} as never)).toThrow(
      new TypeError(`${who}: encoder.kind must be ${kinds}, got undefined`),
    );
    expect(() => call({ ...none(), kind: "spiral" } as never)).toThrow(
      new RangeError(`${who}: encoder.kind must be ${kinds}, got "spiral"`),
    );
  }
});

test("checkTokens", () => {
  const check = (tokens: NdArray) => () => checkTokens("model", typedArrays.describe(tokens), 5);
  expect(check(array(Int32Array.of(0, 4), [1, 2]))).not.toThrow();
  expect(check(array(Int32Array.of(0, 5), [1, 2]))).toThrow(
    new RangeError("model: tokens must be from 0 to 4, got 5 at index 1"),
  );
  expect(check(array(Int32Array.of(-1, 0), [1, 2]))).toThrow(
    new RangeError("model: tokens must be from 0 to 4, got -1 at index 0"),
  );
  expect(check(range(3))).toThrow(new RangeError("model: tokens must have shape [batch, length], got [3]"));
  expect(check(x(1, 2))).toThrow(new TypeError("model: tokens must be int32, got float32"));
});

test("encoders of one's own, of each kind", () => {
  const doubled = additive({
    name: "doubled",
    options: {},
    parameters: { scale: { shape: [1], init: { values: [2] } } },
    vectors: ({ mul, float, expandDims }, positions, { scale }) =>
      mul(expandDims(float(positions), -1), scale),
  });
  expect([...bind(doubled, typedArrays, { scale: real(2) })(x(3, 1), range(3)).data]).toEqual([1, 3, 5]);

  const quarter = rotary({
    name: "quarter",
    options: {},
    dim: 2,
    parameters: {},
    turns: ({ add, expandDims, float, mul }, positions) => {
      const zero = mul(expandDims(float(positions), -1), 0);
      return { sin: add(zero, 1), cos: zero };
    },
  });
  expect(quarter).toMatchObject({ kind: "rotary", pairing: "halves", rotaryDim: 2 });
  const q = array(Float32Array.of(3, 5), [1, 2]);
  expect([...bind(quarter, typedArrays, {})(q, q, range(1))[0].data]).toEqual([-5, 3]);

  const same = bias({
    name: "same",
    options: {},
    heads: 1,
    parameters: {},
    scores: ({ abs, expandDims, float, neg, sub }, queries, keys) =>
      expandDims(neg(abs(float(sub(expandDims(queries, -1), expandDims(keys, -2))))), -3),
  });
  expect(bind(same, typedArrays, {})(range(1, 3), range(2))).toEqual({
    data: Float32Array.of(-3, -2),
    shape: [1, 1, 2],
  });
});
