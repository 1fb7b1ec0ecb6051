import { expect, test } from "vitest";
import { type SinusoidalOptions, sinusoidal } from "../encoders/sinusoidal.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { identifySinusoid } from "./identify-sinusoid.ts";

const layouts = ["interleaved", "concatenated"] as const;
const firsts = ["sin", "cos"] as const;
const exponents = ["paper", "tensor2tensor", "per-dimension"] as const;
const standard = { base: 10_000, scale: 1, offset: 0, oddDim: "error" } as const;
const tableOf = (options: SinusoidalOptions, rows: number): NdArray =>
  sinusoidal(options).vectors(typedArrays, range(rows), {});

const variants = exponents.flatMap((exponent) =>
  firsts.flatMap((first) => layouts.map((layout) => ({ exponent, first, layout }))),
);

for (const variant of variants) {
  test.each<[Partial<SinusoidalOptions> & { dim: number }, number]>([
    [{ dim: 8 }, 12],
    [{ dim: 64 }, 100],
    [{ dim: 512 }, 300],
    [{ dim: 16, base: 500_000 }, 50],
    [{ dim: 16, base: 777, scale: 0.25, offset: 2 }, 30],
    [{ dim: 32, offset: 1000 }, 40],
    [{ dim: 32, scale: 32 ** -0.5, offset: 1, paddingIndex: 3 }, 40],
    [{ dim: 7, oddDim: "zero" }, 20],
    [{ dim: 9, oddDim: "sine", base: 100 }, 20],
  ])(`${Object.values(variant).join(" ")} %j, %i rows`, (options, rows) => {
    expect(identifySinusoid(tableOf({ ...variant, ...options }, rows))).toEqual({
      ...variant,
      ...standard,
      ...options,
    });
  });
}

test("a table made with float32 angles, far out", () => {
  const [rows, dim] = [4096, 64];
  const rate = Math.fround(-Math.log(10_000) / dim);
  const data = new Float32Array(rows * dim);
  for (let p = 0; p < rows; p++) {
    for (let i = 0; i < dim / 2; i++) {
      const angle = Math.fround(p * Math.fround(Math.exp(Math.fround(2 * i * rate))));
      data[p * dim + 2 * i] = Math.sin(angle);
      data[p * dim + 2 * i + 1] = Math.cos(angle);
    }
  }
  expect(identifySinusoid(array(data, [rows, dim]))).toEqual({ dim, ...standard, ...variants[0] });
});

test("what the options make is the table again", () => {
  const table = tableOf({ dim: 12, base: 1234.5, scale: -2, offset: 7, first: "cos" }, 20);
  const found = identifySinusoid(table)!;
  const again = tableOf(found, 20);
  again.data.forEach((value, i) => {
    expect(value).toBeCloseTo(table.data[i]!, 6);
  });
});

test("two dimensions do not tell the exponent or the base", () => {
  expect(identifySinusoid(tableOf({ dim: 2, base: 77, exponent: "tensor2tensor" }, 8))).toEqual({
    dim: 2,
    ...standard,
    ...variants[0],
  });
});

test.each<[string, (value: number, i: number) => number]>([
  ["zeros", () => 0],
  ["noise", (_, i) => ((i * 7919) % 101) / 101 - 0.5],
  ["one wrong value", (value, i) => (i === 37 ? value + 0.01 : value)],
  ["NaN", (value, i) => (i === 37 ? Number.NaN : value)],
])("%s is none", (_, change) => {
  const { data, shape } = tableOf({ dim: 8 }, 20);
  expect(identifySinusoid(array(Float32Array.from(data, change), shape))).toBeUndefined();
});

test.each<[unknown, Error]>([
  [undefined, new TypeError("identifySinusoid: table must be an object, got undefined")],
  [array(new Int32Array(32), [4, 8]), new TypeError("identifySinusoid: table must be float32, got int32")],
  [
    array(new Float32Array(24), [3, 8]),
    new RangeError(
      "identifySinusoid: table must have shape [positions, dim] with 4 rows and 2 columns at least, got [3, 8]",
    ),
  ],
])("bad tables %#", (table, error) => {
  expect(() => identifySinusoid(table as NdArray)).toThrow(error);
});
