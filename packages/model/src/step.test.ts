import {
  alibi,
  array,
  axialRope,
  compose,
  dynamicScaling,
  type Encoder,
  forgetting,
  initialise,
  longropeScaling,
  type NdArray,
  none,
  range,
  rope,
  sinusoidal,
  typedArrays,
  xpos,
} from "@posenc/core";
import { describe, expect, test } from "vitest";
import { decodeByHand } from "./decode-by-hand.fixture.ts";
import type { Past } from "./past.ts";
import { type StepOptions, type Transformer, transformer } from "./transformer.ts";
import type { TransformerOptions } from "./transformer-options.ts";

const sizes = { vocabulary: 10, outputs: 4, dim: 8, heads: 2, blocks: 2 };
const causal = (encoder: TransformerOptions["encoder"], more: Partial<TransformerOptions> = {}) =>
  transformer({ ...sizes, causal: true, head: "token", encoder, ...more });

function valuesOf({ parameters }: Transformer): Record<string, NdArray> {
  const data = initialise(parameters, 4);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, array(data[name]!, shape)]),
  );
}

const ints = (shape: readonly number[], ...values: number[]) => array(Int32Array.from(values), shape);
const step = (model: Transformer, tokens: NdArray, positions: NdArray, options?: StepOptions<NdArray>) =>
  model.step(typedArrays, valuesOf(model), tokens, positions, options);
const largest = (a: NdArray, b: NdArray) =>
  Math.max(...Array.from(a.data, (x, i) => Math.abs(x - b.data[i]!)));

test("one token at a time: the values of a loop written by hand", () => {
  const encoder = compose(rope({ dim: 4, base: 100 }), alibi({ heads: 2 }));
  const model = causal(encoder);
  const values = valuesOf(model);
  const tokens = [3, 1, 4, 1, 5, 9];
  const weights = Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, [...data]]));
  const wanted = decodeByHand(weights, tokens, { ...sizes, base: 100, slopes: [2 ** -4, 2 ** -8] });

  const whole = model.forward(typedArrays, values, ints([1, 6], ...tokens), range(6));
  let past: Past<NdArray> | undefined;
  for (const [i, token] of tokens.entries()) {
    const { logits, present } = step(model, ints([1, 1], token), range(1, i), past && { past });
    past = present;
    for (const [output, logit] of wanted[i]!.entries()) {
      expect(logits.data[output]).toBeCloseTo(logit, 5);
      expect(whole.data[i * 4 + output]).toBeCloseTo(logit, 5);
    }
  }
});

test("present is the past and what is new, for each block", () => {
  const model = causal(rope({ dim: 4 }));
  const first = step(model, ints([2, 3], 1, 2, 3, 4, 5, 6), range(3)).present;
  const { present } = step(model, ints([2, 2], 7, 8, 9, 0), range(2, 3), { past: first });
  expect(present.positions).toEqual(range(5));
  expect(present.layers).toHaveLength(2);
  for (const [i, { key, value }] of present.layers.entries()) {
    expect([key.shape, value.shape]).toEqual([
      [2, 2, 5, 4],
      [2, 2, 5, 4],
    ]);
    expect(key.data.slice(20, 32)).toEqual(first.layers[i]!.key.data.slice(12, 24));
  }
});

test("a past without tokens is no past", () => {
  const model = causal(alibi({ heads: 2 }));
  const nothing = () => array(new Float32Array(0), [1, 2, 0, 4]);
  const layer = () => ({ key: nothing(), value: nothing() });
  const past = { layers: [layer(), layer()], positions: array(new Int32Array(0)) };
  const tokens = ints([1, 3], 1, 2, 3);
  expect(step(model, tokens, range(3), { past })).toEqual(step(model, tokens, range(3)));
});

test("observe is shown the weights over all keys", () => {
  const model = causal(none());
  const { present } = step(model, ints([1, 3], 1, 2, 3), range(3));
  const shapes: Record<string, readonly number[]> = {};
  step(model, ints([1, 2], 4, 5), range(2, 3), {
    past: present,
    observe: (name, { shape }) => {
      shapes[name] = shape;
    },
  });
  expect(shapes).toMatchObject({
    "blocks.1.attention.weights": [1, 2, 2, 5],
    "blocks.1.attention": [1, 2, 8],
    logits: [1, 2, 4],
  });
});

describe("mask", () => {
  test("bidirectional: padding on both sides changes nothing", () => {
    const model = causal(sinusoidal({ dim: 8 }), { causal: false });
    const alone = step(model, ints([1, 2], 6, 7), range(2)).logits;
    const positions = ints([1, 4], 0, 0, 1, 0);
    const mask = ints([1, 1, 4], 0, 1, 1, 0);
    const padded = step(model, ints([1, 4], 3, 6, 7, 2), positions, { mask }).logits;
    expect(largest(alone, array(padded.data.slice(4, 12), [1, 2, 4]))).toBeLessThan(1e-6);
  });

  test("one for the whole batch, or for each row and token", () => {
    const model = causal(none());
    const tokens = ints([2, 3], 1, 2, 3, 4, 5, 6);
    const rows = [1, 1, 1, 0, 1, 1, 1, 0, 1];
    const one = step(model, tokens, range(3), { mask: ints([1, 3, 3], ...rows) }).logits;
    const both = step(model, tokens, range(3), { mask: ints([2, 3, 3], ...rows, ...rows) }).logits;
    expect(one).toEqual(both);
    expect(largest(one, step(model, tokens, range(3)).logits)).toBeGreaterThan(1e-3);
  });

  test("a token that sees nothing is finite, and so are its gates", () => {
    for (const encoder of [none(), alibi({ heads: 2 }), forgetting({ heads: 2, dim: 4 })]) {
      const { logits } = step(causal(encoder), ints([1, 2], 1, 2), range(2), { mask: ints([1, 1, 2], 0, 0) });
      expect(logits.data.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("bad input", () => {
  const model = causal(rope({ dim: 4 }));
  const { present } = step(model, ints([1, 3], 1, 2, 3), range(3));
  const next = (options: object) => () => step(model, ints([1, 1], 4), range(1, 3), options as never);
  const cut = array(new Float32Array(16), [1, 2, 2, 4]);

  test.each<[object, Error]>([
    [{ past: 3 }, new TypeError("transformer: past must be an object, got 3")],
    [{ past: {} }, new TypeError("transformer: past.layers must be an array, got undefined")],
    [
      { past: { ...present, layers: present.layers.slice(1) } },
      new RangeError("transformer: past.layers must be 2, one for each block, got 1"),
    ],
    [
      { past: { ...present, positions: undefined } },
      new TypeError("transformer: past.positions must be a tensor, got undefined"),
    ],
    [
      { past: { ...present, positions: ints([1, 3], 0, 1, 2) } },
      new RangeError(
        "transformer: past.positions must have the same rank and batch as positions [1], got [1, 3]",
      ),
    ],
    [
      { past: { ...present, positions: ints([3], 0, -1, 2) } },
      new RangeError("transformer: past.positions must be 0 or greater, got -1 at index 1"),
    ],
    [
      { past: { ...present, layers: [{ ...present.layers[0], key: cut }, present.layers[1]] } },
      new RangeError("transformer: past.layers[0].key must have shape [1, 2, 3, 4], got [1, 2, 2, 4]"),
    ],
    [
      { past: { ...present, layers: [present.layers[0], { key: cut }] } },
      new RangeError("transformer: past.layers[1].key must have shape [1, 2, 3, 4], got [1, 2, 2, 4]"),
    ],
    [
      { past: { ...present, layers: [{ key: present.layers[0]!.key }, present.layers[1]] } },
      new TypeError("transformer: past.layers[0].value must be a tensor, got undefined"),
    ],
    [
      { mask: ints([1, 1, 2], 1, 1) },
      new RangeError(
        "transformer: mask must have shape [1, 1, 1], or 1 for the first two axes, got [1, 1, 2]",
      ),
    ],
    [
      { mask: array(new Float32Array(1), [1, 1, 1]) },
      new TypeError("transformer: mask must be int32, got float32"),
    ],
    [{ mask: ints([1, 1, 1], 2) }, new RangeError("transformer: mask must be 0 or 1, got 2 at index 0")],
    [{ mask: null }, new TypeError("transformer: mask must be a tensor, got null")],
  ])("%#", (options, error) => {
    expect(next(options)).toThrow(error);
  });

  const scaling = dynamicScaling({ factor: 2, maxPositionEmbeddings: 16 });
  const factors = { shortFactor: [1, 1], longFactor: [2, 4], originalMaxPositionEmbeddings: 4 };
  const longrope = longropeScaling({ ...factors, maxPositionEmbeddings: 16, length: 8 });
  test.each<[Encoder]>([
    [rope({ dim: 4, scaling })],
    [rope({ dim: 4, scaling: longrope })],
    [xpos({ dim: 4, length: 16 })],
  ])("an encoder that is not safe with a cache: $name", (encoder) => {
    for (const given of [encoder, compose(alibi({ heads: 2 }), { encoder, layers: [1] })]) {
      const model = causal(given);
      const tokens = ints([1, 3], 1, 2, 3);
      const { present } = step(model, tokens, range(3)); // one pass needs no cache
      expect(() => step(model, tokens, range(3, 3), { past: present })).toThrow(
        new RangeError(
          `transformer: encoder must be safe with a cache, and ${encoder.name} with these options is not: what it gives a token depends on the length of the sequence, so that cached keys become wrong when it grows`,
        ),
      );
    }
  });

  test("a model that cannot decode", () => {
    const grid = causal(axialRope({ dim: 4 }), { causal: false });
    const tokens = ints([1, 1], 1);
    const past = present;
    const call =
      (model: Transformer, options: StepOptions<NdArray> = { past }) =>
      () =>
        step(model, tokens, range(1, 3), options);
    expect(call(grid)).toThrow(
      new RangeError(
        "transformer: causal must be true with a cache, got false: earlier tokens would have to see later ones",
      ),
    );
    expect(call(causal(none(), { head: "pooled" }))).toThrow(
      new RangeError('transformer: head must be "token" with a cache, got "pooled"'),
    );
    expect(call(causal(none(), { head: "pooled" }), { mask: ints([1, 1, 1], 1) })).toThrow(
      new RangeError(
        'transformer: head must be "token" with a mask, got "pooled", the mean over all tokens, masked or not',
      ),
    );
  });
});
