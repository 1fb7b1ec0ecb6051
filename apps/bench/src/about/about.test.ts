import { tasks } from "@posenc/benchmarks";
import { alibi, type Encoder, learned, none, rope, sinusoidal } from "@posenc/core";
import { describe, expect, test } from "vitest";
import { contenders } from "../contenders.ts";
import { prepare } from "../trace/setup.ts";
import { encoding } from "../trace/stages/encoding.ts";
import type { About } from "./about.ts";
import { aboutAlibi } from "./alibi.ts";
import { aboutAny } from "./any.ts";
import { aboutLearned } from "./learned.ts";
import { aboutNone } from "./none.ts";
import { aboutRope } from "./rope.ts";
import { aboutSinusoidal } from "./sinusoidal.ts";

const [dim, heads] = [32, 4];
const stageOf = (encoder: Encoder, about: About) =>
  encoding(
    prepare({
      encoder,
      encoderTitle: "it",
      about,
      task: tasks.nearest,
      dim,
      heads,
      seed: 1,
      epochs: 1,
      samples: 8,
      heldOut: 8,
      json: false,
      quiz: false,
    }),
  );

/** Works out an expression as it is printed. */
function evaluate(expression: string, table: readonly (readonly number[])[] = []): number {
  const code = expression
    .replaceAll("·", "*")
    .replaceAll("^", "**")
    .replaceAll(/\b(sin|cos)\b/g, "Math.$1")
    .replaceAll(/\|([^|]*)\|/g, "Math.abs($1)");
  return new Function("table", `return ${code}`)(table) as number;
}

const encoders: readonly (readonly [Encoder, About])[] = [
  [sinusoidal({ dim }), aboutSinusoidal],
  [sinusoidal({ dim, exponent: "per-dimension" }), aboutSinusoidal],
  [sinusoidal({ dim, exponent: "tensor2tensor", layout: "concatenated" }), aboutSinusoidal],
  [sinusoidal({ dim, first: "cos", scale: 0.5, offset: 3, base: 100 }), aboutSinusoidal],
  [sinusoidal({ dim, exponent: "per-dimension", layout: "concatenated", first: "cos" }), aboutSinusoidal],
  [rope({ dim: dim / heads }), aboutRope],
  [rope({ dim: dim / heads, rotaryDim: 4, base: 500, offset: 2, pairing: "interleaved" }), aboutRope],
  [alibi({ heads }), aboutAlibi],
  [alibi({ heads, direction: "symmetric" }), aboutAlibi],
  [alibi({ heads, direction: "split" }), aboutAlibi],
  [alibi({ heads, direction: "split", slopes: [0.3, 0.2, 0.1, 0.4] }), aboutAlibi],
  [alibi({ heads, slopes: { left: [0.7, 1, 1, 1], right: [1, 1, 1, 1] } }), aboutAlibi],
];

const cases = [
  ...encoders.map(([encoder, about]) => [JSON.stringify(encoder.options), encoder, about] as const),
  ...contenders.flatMap(({ id, make, words }) =>
    words?.worked ? [[`contender ${id}`, make({ dim, heads, maxLength: 10 }), words] as const] : [],
  ),
];

describe("the numbers put into the formula give what the encoder computed", () => {
  test.each(cases)("%s", (_, encoder, about) => {
    const { worked, formula, tables } = stageOf(encoder, about);
    const table = tables[0]!.values;
    expect(worked).toHaveLength(Math.min(4, table[0]!.length));
    for (const { expression, simpler, value } of worked) {
      expect(evaluate(expression, table), expression).toBeCloseTo(value, 5);
      if (simpler) expect(evaluate(simpler), simpler).toBeCloseTo(value, 3);
    }
    for (const line of formula) expect(line.length).toBeLessThanOrEqual(74);
  });
});

test("a learned table says where its rows end, none says that it acts nowhere", () => {
  expect(stageOf(learned({ dim, maxLength: 12 }), aboutLearned).notes.join()).toContain(
    "position 12 or beyond",
  );
  expect(stageOf(none(), aboutNone).place).toBe("It acts nowhere.");
  expect(stageOf(none(), aboutNone).worked).toEqual([]);
});

test("without words of its own, an encoder is titled with its name, whatever that is", () => {
  expect(aboutAny({ ...none(), name: "constructor" }).title).toBe("constructor");
});
