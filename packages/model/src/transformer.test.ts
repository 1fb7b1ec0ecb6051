import {
  alibi,
  array,
  type Encoder,
  initialise,
  learned,
  type NdArray,
  none,
  random,
  range,
  rope,
  sinusoidal,
  typedArrays,
} from "@posenc/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Transformer, transformer } from "./transformer.ts";
import type { TransformerOptions } from "./transformer-options.ts";

const sizes = { vocabulary: 10, outputs: 4, dim: 16, heads: 2 };
const every: Encoder[] = [
  none(),
  sinusoidal({ dim: 16 }),
  learned({ dim: 16, maxLength: 12 }),
  rope({ dim: 8 }),
  alibi({ heads: 2 }),
];
const small = (encoder: Encoder, more: Partial<TransformerOptions> = {}) =>
  transformer({ ...sizes, encoder, ...more });

function valuesOf({ parameters }: Transformer, seed = 1): Record<string, NdArray> {
  const data = initialise(parameters, seed);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, array(data[name]!, shape)]),
  );
}

function tokensOf(batch: number, length: number, seed = 0): NdArray {
  const { below } = random(seed, "tokens");
  return array(
    Int32Array.from({ length: batch * length }, () => below(10)),
    [batch, length],
  );
}

function run(model: Transformer, tokens: NdArray, positions = range(tokens.shape[1]!)): NdArray {
  return model.forward(typedArrays, valuesOf(model), tokens, positions);
}

const farthest = (a: NdArray, b: NdArray) =>
  Math.max(...Array.from(a.data, (x, i) => Math.abs(x - b.data[i]!)));

describe.each(every.map((encoder) => [encoder.name, encoder] as const))("with %s", (_, encoder) => {
  test("logits have the shape of their head", () => {
    expect(run(small(encoder), tokensOf(3, 5)).shape).toEqual([3, 4]);
    expect(run(small(encoder, { head: "token" }), tokensOf(3, 5)).shape).toEqual([3, 5, 4]);
    expect(run(small(encoder, { blocks: 2, hidden: 7, causal: true }), tokensOf(1, 1)).shape).toEqual([1, 4]);
  });

  test("logits are finite and differ from token to token", () => {
    const { data } = run(small(encoder, { blocks: 2 }), tokensOf(4, 6));
    expect(data.every(Number.isFinite)).toBe(true);
    expect(new Set(data).size).toBe(data.length);
  });

  test("causal: a later token changes nothing before it", () => {
    const model = small(encoder, { causal: true, head: "token", blocks: 2 });
    const tokens = tokensOf(2, 6);
    const before = run(model, tokens);
    const changed = Int32Array.from(tokens.data);
    for (const row of [0, 1]) changed[row * 6 + 4] = (changed[row * 6 + 4]! + 1) % 10;
    const after = run(model, array(changed, [2, 6]));
    for (const row of [0, 1]) {
      const start = row * 6 * 4;
      const cut = start + 4 * 4;
      expect(after.data.slice(start, cut)).toEqual(before.data.slice(start, cut));
      expect(after.data.slice(cut, cut + 4)).not.toEqual(before.data.slice(cut, cut + 4));
    }
  });

  test("bidirectional: a later token changes what is before it", () => {
    const model = small(encoder, { head: "token" });
    const tokens = tokensOf(1, 4);
    const changed = Int32Array.from(tokens.data);
    changed[3] = (changed[3]! + 1) % 10;
    const before = run(model, tokens).data.slice(0, 4);
    expect(run(model, array(changed, [1, 4])).data.slice(0, 4)).not.toEqual(before);
  });

  test("the rows of a batch do not see each other", () => {
    const model = small(encoder, { blocks: 2 });
    const both = tokensOf(2, 5);
    const second = array(Int32Array.from(both.data.subarray(5)), [1, 5]);
    const want = run(model, both).data.slice(4);
    Array.from(run(model, second).data).forEach((logit, i) => {
      expect(logit).toBeCloseTo(want[i]!, 5);
    });
  });

  test("positions of a batch [batch, length], each row its own", () => {
    const model = small(encoder);
    const positions = array(Int32Array.of(0, 1, 2, 4, 5, 6), [2, 3]);
    const tokens = tokensOf(2, 3);
    const logits = run(model, tokens, positions);
    for (const row of [0, 1]) {
      const single = array(Int32Array.from(tokens.data.subarray(row * 3, row * 3 + 3)), [1, 3]);
      const want = run(model, single, range(3, row * 4));
      Array.from(want.data).forEach((logit, i) => {
        expect(logits.data[row * 4 + i]).toBeCloseTo(logit, 5);
      });
    }
  });

  test("first values do not depend on the encoder, and are the same for the same seed", () => {
    const own = valuesOf(small(encoder));
    const shared = valuesOf(small(none()));
    for (const [name, value] of Object.entries(shared)) expect(own[name]).toEqual(value);
    const more = Object.keys(own).filter((name) => !(name in shared));
    expect(more).toEqual(Object.keys(encoder.parameters).map((name) => `encoder.${name}`));
    expect(valuesOf(small(encoder), 2)).not.toEqual(own);
  });
});

describe("the order of the tokens", () => {
  const shuffled = (order: Int32Array) => {
    const tokens = tokensOf(1, order.length);
    return [
      tokens,
      array(
        Int32Array.from(order, (at) => tokens.data[at]!),
        [1, order.length],
      ),
    ] as const;
  };
  const difference = (encoder: Encoder, order: Int32Array, more: Partial<TransformerOptions> = {}) => {
    const model = small(encoder, { blocks: 2, ...more });
    const [tokens, mixed] = shuffled(order);
    return farthest(run(model, tokens), run(model, mixed));
  };
  const reversed = Int32Array.of(5, 4, 3, 2, 1, 0);

  test("is unknown without positions, bidirectional and pooled: hence the ceiling", () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        expect(difference(none(), random(seed).permutation(6))).toBeLessThan(1e-5);
      }),
      { numRuns: 50 },
    );
  });

  test("is known without positions under a causal mask, where the ceiling does not hold", () => {
    expect(difference(none(), reversed, { causal: true })).toBeGreaterThan(1e-2);
  });

  test("is known with positions", () => {
    for (const encoder of every.slice(1)) expect(difference(encoder, reversed)).toBeGreaterThan(1e-3);
  });

  test("backwards is forwards where the bias is symmetric, and is not where it is split", () => {
    expect(difference(alibi({ heads: 2, direction: "symmetric" }), reversed)).toBeLessThan(1e-5);
    expect(difference(alibi({ heads: 2, direction: "split" }), reversed)).toBeGreaterThan(1e-2);
  });
});

test("attention of one block by hand: one head, identity weights", () => {
  const model = transformer({
    vocabulary: 2,
    outputs: 2,
    dim: 2,
    heads: 1,
    head: "token",
    encoder: none(),
  });
  const identity = () => array(Float32Array.of(1, 0, 0, 1), [2, 2]);
  const values = valuesOf(model);
  for (const name of ["query", "key", "value", "output"]) values[`blocks.0.attention.${name}`] = identity();
  values["blocks.0.mlp.down.weight"] = array(new Float32Array(4), [2, 2]);
  values["head.weight"] = identity();
  values.embedding = array(Float32Array.of(1, -1, -3, 3), [2, 2]);

  const logits = model.forward(typedArrays, values, array(Int32Array.of(0, 1), [1, 2]), range(2));
  // normalised, the tokens are (1, −1) and (−1, 1): their scores are ±2 / √2
  const [near, far] = [Math.exp(Math.SQRT2), Math.exp(-Math.SQRT2)];
  const seen = (near - far) / (near + far);
  const norm = (x: number) => x / Math.sqrt(x * x + 1e-5);
  const [first, second] = [norm(1 + seen), norm(-3 - seen)];
  [first, -first, second, -second].forEach((want, i) => {
    expect(logits.data[i]).toBeCloseTo(want, 4);
  });
});

test("observe is shown every intermediate tensor by name, in order", () => {
  const model = small(rope({ dim: 8 }), { blocks: 2 });
  const seen: [string, readonly number[]][] = [];
  model.forward(typedArrays, valuesOf(model), tokensOf(3, 5), range(5), (name, { shape }) => {
    seen.push([name, shape]);
  });
  const block = (i: number) => [
    [`blocks.${i}.attention.weights`, [3, 2, 5, 5]],
    [`blocks.${i}.attention`, [3, 5, 16]],
    [`blocks.${i}.mlp`, [3, 5, 16]],
  ];
  expect(seen).toEqual([
    ["embedding", [3, 5, 16]],
    ["encoded", [3, 5, 16]],
    ...block(0),
    ...block(1),
    ["norm", [3, 5, 16]],
    ["pooled", [3, 16]],
    ["logits", [3, 4]],
  ]);
});

test("attention weights add up to 1, and are 0 for later tokens under a causal mask", () => {
  const model = small(alibi({ heads: 2 }), { causal: true });
  const length = 5;
  model.forward(typedArrays, valuesOf(model), tokensOf(2, length), range(length), (name, { data }) => {
    if (!name.endsWith("attention.weights")) return;
    for (let row = 0; row < data.length / length; row++) {
      const weights = Array.from(data.subarray(row * length, (row + 1) * length));
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(weights.slice((row % length) + 1).every((weight) => weight === 0)).toBe(true);
    }
  });
  expect.assertions(2 * 2 * length * 2);
});

test("options are completed", () => {
  expect(small(none()).options).toMatchObject({ blocks: 1, hidden: 16, causal: false, head: "pooled" });
});

describe("bad input", () => {
  test.each<[object, Error]>([
    [{ vocabulary: 0 }, new RangeError("transformer: vocabulary must be at least 1, got 0")],
    [{ outputs: 1.5 }, new RangeError("transformer: outputs must be a whole number, got 1.5")],
    [{ dim: "16" }, new TypeError('transformer: dim must be a number, got "16"')],
    [{ heads: -1 }, new RangeError("transformer: heads must be at least 1, got -1")],
    [{ heads: 3 }, new RangeError("transformer: dim must be a multiple of heads 3, got 16")],
    [{ blocks: 0 }, new RangeError("transformer: blocks must be at least 1, got 0")],
    [{ hidden: Number.NaN }, new RangeError("transformer: hidden must be finite, got NaN")],
    [{ causal: "yes" }, new TypeError('transformer: causal must be true or false, got "yes"')],
    [{ head: "mean" }, new RangeError('transformer: head must be "pooled" or "token", got "mean"')],
    [{ encoder: undefined }, new TypeError("transformer: encoder must be an object, got undefined")],
    [{ encoder: "rope" }, new TypeError('transformer: encoder must be an object, got "rope"')],
    [
      { encoder: sinusoidal({ dim: 8 }) },
      new RangeError("sinusoidal: dim must be 16, the model's dim, got 8"),
    ],
    [{ encoder: rope({ dim: 16 }) }, new RangeError("rope: dim must be 8, the model's dim / heads, got 16")],
    [{ encoder: alibi({ heads: 4 }) }, new RangeError("alibi: heads must be 2, the model's heads, got 4")],
    [
      { layers: 2 },
      new TypeError(
        'transformer: unknown option "layers"; known are vocabulary, outputs, dim, heads, blocks, hidden, causal, head, encoder',
      ),
    ],
  ])("options %#", (options, error) => {
    expect(() => transformer({ ...sizes, encoder: none(), ...options } as TransformerOptions)).toThrow(error);
  });

  test("tokens and positions", () => {
    const model = small(sinusoidal({ dim: 16 }));
    const call = (tokens: NdArray, positions: NdArray) => () => run(model, tokens, positions);
    expect(call(array(Int32Array.of(0, 10), [1, 2]), range(2))).toThrow(
      new RangeError("transformer: tokens must be from 0 to 9, got 10 at index 1"),
    );
    expect(call(range(3), range(3))).toThrow(
      new RangeError("transformer: tokens must have shape [batch, length], got [3]"),
    );
    expect(call(array(new Float32Array(2), [1, 2]), range(2))).toThrow(
      new TypeError("transformer: tokens must be int32, got float32"),
    );
    expect(call(tokensOf(1, 3), range(4))).toThrow(
      new RangeError("transformer: positions must have shape [3] or [1, 3], as tokens, got [4]"),
    );
    expect(call(tokensOf(1, 2), array(Int32Array.of(0, -1)))).toThrow(
      new RangeError("sinusoidal: positions must be 0 or greater, got -1 at index 1"),
    );
  });

  test.each([none(), alibi({ heads: 2 })])("one position for all tokens, with $name", (encoder) => {
    const model = small(encoder);
    expect(() => run(model, tokensOf(2, 5), range(1))).toThrow(
      new RangeError("transformer: positions must have shape [5] or [2, 5], as tokens, got [1]"),
    );
    expect(() => run(model, tokensOf(2, 5), array(new Int32Array(15), [3, 5]))).toThrow(
      new RangeError("transformer: positions must have shape [5] or [2, 5], as tokens, got [3, 5]"),
    );
    expect(() => model.forward(typedArrays, valuesOf(model), undefined as never, range(1))).toThrow(
      new TypeError("transformer: tokens must be a tensor, got undefined"),
    );
  });

  test("positions beyond a learned table", () => {
    expect(() => run(small(learned({ dim: 16, maxLength: 3 })), tokensOf(1, 4))).toThrow(
      new RangeError("learned: positions must be below 3, got 3 at index 3"),
    );
  });

  test("a missing parameter of the encoder", () => {
    const model = small(learned({ dim: 16, maxLength: 3 }));
    const { "encoder.table": _, ...rest } = valuesOf(model);
    expect(() => model.forward(typedArrays, rest, tokensOf(1, 2), range(2))).toThrow(
      new TypeError("transformer: values.encoder.table must be a tensor, got undefined"),
    );
  });
});

test("a value that is missing, unknown or of another shape is named", () => {
  const model = small(none());
  const values = valuesOf(model);
  const forward = (changed: Record<string, NdArray>) => () =>
    model.forward(typedArrays, changed, tokensOf(1, 2), range(2));
  const { embedding: _, ...rest } = values;
  expect(forward(rest)).toThrow("transformer: values.embedding must be a tensor, got undefined");
  expect(forward({ ...values, extra: values.embedding! })).toThrow('transformer: unknown parameter "extra"');
  expect(forward({ ...values, embedding: range(3) })).toThrow(
    "transformer: values.embedding must have shape",
  );
});
