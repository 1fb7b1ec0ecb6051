import { describe, expect, test } from "vitest";
import { bind } from "../bind.ts";
import type { BiasEncoder } from "../encoder.ts";
import { initialise } from "../parameters.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { type DynamicPositionBiasOptions, dynamicPositionBias } from "./dynamic-position-bias.ts";
import { type FireOptions, fire } from "./fire.ts";
import { type KerpleOptions, kerple } from "./kerple.ts";
import { type SandwichOptions, sandwich } from "./sandwich.ts";

const LENGTH = 6;
type Formula = (head: number, query: number, key: number) => number;

/** The scores of positions `from` and on are those of the formula, to `digits` digits. */
function expectScores(
  encoder: BiasEncoder,
  values: Record<string, NdArray>,
  formula: Formula,
  { from = 0, digits = 5 } = {},
): void {
  const positions = range(LENGTH, from);
  const { data, shape } = bind(encoder, typedArrays, values)(positions, positions);
  expect(shape).toEqual([encoder.heads, LENGTH, LENGTH]);
  let at = 0;
  for (let head = 0; head < encoder.heads; head++) {
    for (let query = from; query < from + LENGTH; query++) {
      for (let key = from; key < from + LENGTH; key++) {
        expect(data[at++]).toBeCloseTo(formula(head, query, key), digits);
      }
    }
  }
}

const perHead = (...values: number[]) => array(Float32Array.from(values), [values.length, 1, 1]);
const matrix = (...rows: number[][]) => array(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
const vector = (...values: number[]) => array(Float32Array.from(values));
const relu = (x: number) => Math.max(x, 0);
const silu = (x: number) => x / (1 + Math.exp(-x));

describe("kerple", () => {
  const [r1, r2] = [
    [0.5, 1.25],
    [0.25, 2],
  ] as const;

  test("logarithmic: −r₁ · log(1 + r₂ · distance)", () => {
    const values = { amplitude: perHead(...r1), rate: perHead(...r2) };
    const formula = (h: number, distance: number) => -r1[h]! * Math.log(1 + r2[h]! * distance);
    expectScores(kerple({ heads: 2 }), values, (h, q, k) => formula(h, Math.abs(q - k)));
    const causal = kerple({ heads: 2, direction: "causal" });
    expectScores(causal, values, (h, q, k) => formula(h, Math.max(q - k, 0)), { from: 1000 });
  });

  test("power: −r₁ · distance^r₂, with r₂ from 0 to 2", () => {
    const encoder = kerple({ heads: 2, kernel: "power" });
    const powers = [1.5, 0.25];
    const logits = powers.map((power) => Math.log(power / (2 - power)));
    const values = { amplitude: perHead(...r1), logitPower: perHead(...logits) };
    expectScores(encoder, values, (h, q, k) => -r1[h]! * Math.abs(q - k) ** powers[h]!);
    const ends = { amplitude: perHead(1, 1), logitPower: perHead(-1e4, 1e4) };
    expectScores(encoder, ends, (h, q, k) => (q === k ? 0 : h === 0 ? -1 : -((q - k) ** 2)));
  });

  test("numbers that are trained below 0 stay penalties", () => {
    const values = { amplitude: perHead(-0.5), rate: perHead(-2) };
    expectScores(kerple({ heads: 1 }), values, (_, q, k) => -0.5 * Math.log(1 + 2 * Math.abs(q - k)));
  });

  test("first values differ from head to head, within the published ranges", () => {
    for (const kernel of ["logarithmic", "power"] as const) {
      const values = initialise(kerple({ heads: 12, kernel }).parameters, 0);
      for (const value of Object.values(values)) expect(new Set(value).size).toBe(12);
      const { amplitude, rate } = values;
      const most = kernel === "power" ? 1 : 2;
      expect(amplitude!.every((value) => value > 0 && value < most)).toBe(true);
      if (rate) expect(rate.every((value) => value > 0 && value < 1)).toBe(true);
    }
  });
});

describe("fire", () => {
  const values = {
    rate: vector(-0.5),
    multiplier: vector(0.5),
    "hidden.weight": matrix([1, -2]),
    "hidden.bias": vector(-0.25, 1),
    "output.weight": matrix([1, 2], [3, -1]),
    "output.bias": vector(0, 0.5),
  };
  const formula: Formula = (h, q, k) => {
    const compress = (x: number) => Math.log(1 + 0.5 * x);
    const x = compress(Math.abs(q - k)) / compress(Math.max(q, 4));
    const [a, b] = [relu(x - 0.25), relu(1 - 2 * x)];
    return h === 0 ? a + 3 * b : 0.5 + 2 * a - b;
  };

  test("a network on log(1 + c·distance) / log(1 + c·max(query, L))", () => {
    const encoder = fire({ heads: 2, width: 2, threshold: 8 });
    expectScores(encoder, values, formula);
    expectScores(encoder, values, formula, { from: 100 });
  });

  test("begins with c = 0.1 and L = 512, unless told otherwise", () => {
    const first = initialise(fire({ heads: 2 }).parameters, 0);
    expect([first.rate![0], first.multiplier![0]]).toEqual([Math.fround(0.1), 1]);
    expect(initialise(fire({ heads: 2, rate: 2 }).parameters, 0).rate![0]).toBe(2);
  });
});

describe("sandwich", () => {
  test("Σ cos((query − key) · base^(−2i / dim)) · heads / 8h", () => {
    const formula =
      (heads: number, dim: number, base: number): Formula =>
      (h, q, k) => {
        let sum = 0;
        for (let i = 0; i < dim / 2; i++) sum += Math.cos((q - k) * base ** ((-2 * i) / dim));
        return (sum * heads) / (8 * (h + 1));
      };
    expectScores(sandwich({ heads: 3, dim: 8 }), {}, formula(3, 8, 10_000));
    expectScores(sandwich({ heads: 12 }), {}, formula(12, 128, 10_000), { digits: 3 });
    expectScores(sandwich({ heads: 2, dim: 6, base: 100 }), {}, formula(2, 6, 100), { from: 2 ** 23 });
  });
});

describe("dynamicPositionBias", () => {
  const hidden = { "hidden.0.weight": matrix([1, -0.5]), "hidden.0.bias": vector(0.25, 1) };
  const output = { "output.weight": matrix([1, 2], [3, -1]), "output.bias": vector(0, 0.5) };
  const from = (a: number, b: number, h: number) => (h === 0 ? a + 3 * b : 0.5 + 2 * a - b);

  test("a network on query − key", () => {
    const encoder = dynamicPositionBias({ heads: 2, width: 2, depth: 1 });
    const formula: Formula = (h, q, k) => from(silu(q - k + 0.25), silu(1 - (q - k) / 2), h);
    expectScores(encoder, { ...hidden, ...output }, formula);
  });

  test("on its signed logarithm", () => {
    const encoder = dynamicPositionBias({ heads: 2, width: 2, depth: 1, logDistance: true });
    expectScores(encoder, { ...hidden, ...output }, (h, q, k) => {
      const x = Math.sign(q - k) * Math.log(1 + Math.abs(q - k));
      return from(silu(x + 0.25), silu(1 - x / 2), h);
    });
  });

  test("with more layers, normalised", () => {
    const encoder = dynamicPositionBias({ heads: 2, width: 2, depth: 2, norm: true });
    const values = {
      ...hidden,
      ...output,
      "hidden.0.norm.gain": vector(1, 2),
      "hidden.0.norm.bias": vector(0, 1),
      "hidden.1.weight": matrix([1, 0], [2, -1]),
      "hidden.1.bias": vector(0.5, 0),
      "hidden.1.norm.gain": vector(1, 1),
      "hidden.1.norm.bias": vector(0, 0),
    };
    const norm = (a: number, b: number): [number, number] => {
      const x = (a - b) / 2;
      const y = x / Math.sqrt(x * x + 1e-5);
      return [y, -y];
    };
    expectScores(encoder, values, (h, q, k) => {
      const [a, b] = norm(q - k + 0.25, 1 - (q - k) / 2);
      const [c, d] = [silu(a), silu(2 * b + 1)];
      const [e, f] = norm(c + 2 * d + 0.5, -d);
      return from(silu(e), silu(f), h);
    });
  });

  test("far apart, scores are finite", () => {
    const encoder = dynamicPositionBias({ heads: 2, width: 2, depth: 1 });
    const apply = bind(encoder, typedArrays, { ...hidden, ...output });
    expect([...apply(range(1), range(1, 1_000_000)).data].every(Number.isFinite)).toBe(true);
    expect([...apply(range(1, 1_000_000), range(1)).data].every(Number.isFinite)).toBe(true);
  });
});

test.each<[() => unknown, Error]>([
  [() => kerple({} as KerpleOptions), new TypeError("kerple: heads must be a number, got undefined")],
  [
    () => kerple({ heads: 2, kernel: "log" as "power" }),
    new RangeError('kerple: kernel must be "logarithmic" or "power", got "log"'),
  ],
  [
    () => kerple({ heads: 2, direction: "split" as "causal" }),
    new RangeError('kerple: direction must be "symmetric" or "causal", got "split"'),
  ],
  [() => fire({ heads: 2, width: 0 }), new RangeError("fire: width must be at least 1, got 0")],
  [
    () => fire({ heads: 2, threshold: 0 }),
    new RangeError("fire: threshold must be from 1 to 2147483648, got 0"),
  ],
  [() => fire({ heads: 2, rate: -1 }), new RangeError("fire: rate must be from 0.000001 to 1000000, got -1")],
  [
    () => fire({ heads: 2, depth: 1 } as FireOptions),
    new TypeError('fire: unknown option "depth"; known are heads, width, threshold, rate'),
  ],
  [() => sandwich({ heads: 2, dim: 7 }), new RangeError("sandwich: dim must be even, got 7")],
  [() => sandwich({ heads: 2, base: 0 }), new RangeError("sandwich: base must be greater than 0, got 0")],
  [
    () => sandwich({ heads: 2, scale: 1 } as SandwichOptions),
    new TypeError('sandwich: unknown option "scale"; known are heads, dim, base'),
  ],
  [
    () => dynamicPositionBias({ heads: 2, depth: 0 }),
    new RangeError("dynamicPositionBias: depth must be at least 1, got 0"),
  ],
  [
    () => dynamicPositionBias({ heads: 2, norm: 1 } as unknown as DynamicPositionBiasOptions),
    new TypeError("dynamicPositionBias: norm must be true or false, got 1"),
  ],
])("bad options %#", (make, error) => {
  expect(make).toThrow(error);
});
