import { tasks } from "@posenc/benchmarks";
import { alibi, type Encoder, learned, none, rope, sinusoidal } from "@posenc/core";
import { describe, expect, test } from "vitest";
import { about } from "./about.ts";
import { prepare } from "./setup.ts";
import { encoding } from "./stages/encoding.ts";

const [dim, heads] = [32, 4];
const stageOf = (encoder: Encoder) =>
  encoding(
    prepare({
      encoder,
      encoderTitle: "it",
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
function evaluate(expression: string): number {
  const code = expression
    .replaceAll("·", "*")
    .replaceAll("^", "**")
    .replaceAll(/\b(sin|cos)\b/g, "Math.$1")
    .replaceAll(/\|([^|]*)\|/g, "Math.abs($1)");
  return new Function(`return ${code}`)() as number;
}

const encoders: readonly Encoder[] = [
  sinusoidal({ dim }),
  sinusoidal({ dim, exponent: "per-dimension" }),
  sinusoidal({ dim, exponent: "tensor2tensor", layout: "concatenated" }),
  sinusoidal({ dim, first: "cos", scale: 0.5, offset: 3, base: 100 }),
  sinusoidal({ dim, exponent: "per-dimension", layout: "concatenated", first: "cos" }),
  rope({ dim: dim / heads }),
  rope({ dim: dim / heads, rotaryDim: 4, base: 500, offset: 2, pairing: "interleaved" }),
  alibi({ heads }),
  alibi({ heads, direction: "symmetric" }),
  alibi({ heads, direction: "split" }),
  alibi({ heads, direction: "split", slopes: [0.3, 0.2, 0.1, 0.4] }),
  alibi({ heads, slopes: { left: [0.7, 1, 1, 1], right: [1, 1, 1, 1] } }),
];

describe("the numbers put into the formula give what the encoder computed", () => {
  test.each(encoders.map((encoder) => [JSON.stringify(encoder.options), encoder] as const))(
    "%s",
    (_, encoder) => {
      const { worked, formula } = stageOf(encoder);
      expect(worked).toHaveLength(Math.min(4, stageOf(encoder).tables[0]!.values[0]!.length));
      for (const { expression, simpler, value } of worked) {
        expect(evaluate(expression), expression).toBeCloseTo(value, 5);
        if (simpler) expect(evaluate(simpler), simpler).toBeCloseTo(value, 3);
      }
      for (const line of formula) expect(line.length).toBeLessThanOrEqual(74);
    },
  );
});

test("a learned table says where its rows end, none says that it acts nowhere", () => {
  expect(stageOf(learned({ dim, maxLength: 12 })).notes.join()).toContain("position 12 or beyond");
  expect(stageOf(none()).place).toBe("It acts nowhere.");
  expect(stageOf(none()).worked).toEqual([]);
});

test("a name that every object has is no known encoder", () => {
  expect(about({ ...none(), name: "constructor" }).title).toBe("constructor");
});
