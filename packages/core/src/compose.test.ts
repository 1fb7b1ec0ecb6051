import { describe, expect, test } from "vitest";
import { bind } from "./bind.ts";
import { compose, composeFromJSON } from "./compose.ts";
import { alibi } from "./encoders/alibi.ts";
import { learned } from "./encoders/learned.ts";
import { rope } from "./encoders/rope.ts";
import { sinusoidal } from "./encoders/sinusoidal.ts";
import { toJSON } from "./json.ts";
import { random } from "./random.ts";
import { range } from "./range.ts";
import { slots } from "./slots.ts";
import { typedArrays } from "./typed-arrays/index.ts";
import { array, type NdArray } from "./typed-arrays/nd-array.ts";

const normal = (name: string, ...shape: number[]): NdArray => {
  const { normal } = random(1, name);
  return array(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, normal), shape);
};
const x = normal("x", 1, 3, 8);
const [q, k] = [normal("q", 1, 2, 3, 4), normal("k", 1, 2, 3, 4)];
const attention = { q, k, products: normal("products", 1, 2, 3, 3) };
const at = range(3);

test("learned + alibi: each in its place", () => {
  const table = normal("table", 5, 8);
  const both = compose(learned({ dim: 8, maxLength: 5 }), alibi({ heads: 2 }));
  expect(both.parameters).toEqual({ "0.table": { shape: [5, 8], init: { normal: 0.02 } } });
  expect(both.positions).toEqual({ below: 5 });
  const { embed, turn, score } = slots(both, typedArrays, { "0.table": table });
  expect(embed(x, at)).toEqual(bind(learned({ dim: 8, maxLength: 5 }), typedArrays, { table })(x, at));
  expect(turn(q, k, at)).toEqual([q, k]);
  const added = bind(alibi({ heads: 2 }), typedArrays, {})(at, at);
  expect(score(attention, at, at)).toEqual(typedArrays.add(attention.products, added));
});

test("rope in some layers, none in others, another base in others still", () => {
  const [local, global] = [rope({ dim: 4 }), rope({ dim: 4, base: 1_000_000 })];
  const plan = compose({ encoder: local, layers: [0, 2] }, { encoder: global, layers: [3] });
  const turned = (layer: number) => slots(plan, typedArrays, {}, layer).turn(q, k, at);
  const alone = (encoder: ReturnType<typeof rope>) => bind(encoder, typedArrays, {})(q, k, at);
  expect(turned(0)).toEqual(alone(local));
  expect(turned(1)).toEqual([q, k]);
  expect(turned(2)).toEqual(alone(local));
  expect(turned(3)).toEqual(alone(global));
});

test("through JSON text and back", () => {
  const plan = compose(sinusoidal({ dim: 8 }), { encoder: alibi({ heads: 2 }), layers: [1] });
  const again = composeFromJSON(JSON.parse(JSON.stringify(toJSON(plan))));
  expect(toJSON(again)).toEqual(toJSON(plan));
  expect(again.parts.map(({ encoder, layers }) => [encoder.name, layers])).toEqual([
    ["sinusoidal", undefined],
    ["alibi", [1]],
  ]);
});

describe("bad input", () => {
  const encoder = rope({ dim: 4 });
  test.each<[string, () => unknown, Error]>([
    ["none", () => compose(), new RangeError("compose: encoders must be at least one, got none")],
    [
      "no encoder",
      () => compose(3 as never),
      new TypeError("compose: part 0: encoder must be an object, got 3"),
    ],
    [
      "a layer below 0",
      () => compose({ encoder, layers: [-1] }),
      new RangeError("compose: part 0: layers[0] must be at least 0, got -1"),
    ],
    [
      "layers of an additive encoder",
      () => compose(encoder, { encoder: sinusoidal({ dim: 8 }), layers: [0] }),
      new RangeError(
        "compose: part 1: layers must be left out for sinusoidal, which acts before the first, got [0]",
      ),
    ],
    [
      "whole positions and real ones",
      () => compose(encoder, rope({ dim: 4, positions: "real" })),
      new RangeError("compose: encoders must take the same kind of positions, got another with rope"),
    ],
    [
      "JSON of something else",
      () => composeFromJSON(toJSON(encoder)),
      new RangeError('composeFromJSON: name must be "compose", got "rope"'),
    ],
  ])("%s", (_, call, error) => {
    expect(call).toThrow(error);
  });

  test("a value that no part has", () => {
    const both = compose(learned({ dim: 8, maxLength: 5 }), encoder);
    expect(() => slots(both, typedArrays, {})).toThrow(
      "learned: values.table must be a tensor, got undefined",
    );
  });
});
