import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Encoder, rotary } from "./encoder.ts";
import { type Makers, makers } from "./encoder-options.fixture.ts";
import { rope } from "./encoders/rope.ts";
import { encoders, fromJSON, toJSON } from "./json.ts";
import { initialise, sizeOf } from "./parameters.ts";
import { range } from "./range.ts";
import { typedArrays } from "./typed-arrays/index.ts";
import { array, type NdArray } from "./typed-arrays/nd-array.ts";

const known = Object.keys(encoders).join(", ");

function firstValues({ parameters }: Encoder): Record<string, NdArray> {
  const values = initialise(parameters, 1);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, array(values[name]!, shape)]),
  );
}

/** The first few positions that the encoder takes, on every axis that it has. */
function placesOf({ positions = {} }: Encoder): NdArray {
  const { axes, below = 3, sizes = [] } = positions;
  const length = Math.min(3, below, ...sizes);
  if (axes === undefined) return range(length);
  const data = Int32Array.from({ length: length * axes }, (_, i) => Math.floor(i / axes));
  return array(data, [length, axes]);
}

/** What the encoder knows of these positions. */
const knowledge: { [K in Encoder["kind"]]: (encoder: Extract<Encoder, { kind: K }>) => NdArray[] } = {
  additive: (encoder) => [encoder.vectors(typedArrays, placesOf(encoder), firstValues(encoder))],
  rotary: (encoder) => Object.values(encoder.turns(typedArrays, placesOf(encoder), firstValues(encoder))),
  bias(encoder) {
    const places = placesOf(encoder);
    return [encoder.scores(typedArrays, places, places, firstValues(encoder))];
  },
  content(encoder) {
    const { heads, dim } = encoder;
    const places = placesOf(encoder);
    const length = places.shape[0]!;
    const filled = (...shape: number[]) => array(new Float32Array(sizeOf(shape)).fill(0.5), shape);
    const attention = {
      q: filled(1, heads, length, dim),
      k: filled(1, heads, length, dim),
      products: filled(1, heads, length, length),
    };
    return [encoder.scores(typedArrays, attention, places, places, firstValues(encoder))];
  },
};
const know = (encoder: Encoder): NdArray[] =>
  (knowledge[encoder.kind] as (encoder: Encoder) => NdArray[])(encoder);

describe.each(Object.keys(makers) as (keyof Makers)[])("%s", (name) => {
  const make = encoders[name] as (options: unknown) => Encoder;

  test("through JSON text and back it is the same encoder", () => {
    fc.assert(
      fc.property(makers[name] as fc.Arbitrary<unknown>, (options) => {
        const encoder = make(options);
        const json = JSON.parse(JSON.stringify(toJSON(encoder)));
        const again = fromJSON(json);
        expect(toJSON(again)).toEqual(toJSON(encoder));
        expect(again.parameters).toEqual(encoder.parameters);
        expect(know(again)).toEqual(know(encoder));
      }),
    );
  });

  test("any option object gives finite tables, or a TypeError or RangeError of ours", () => {
    const known = Object.keys(make(fc.sample(makers[name] as fc.Arbitrary<object>, 1)[0]).options);
    const junk = fc.oneof(
      fc.anything(),
      fc.double(),
      fc.integer({ min: -3, max: 70 }),
      fc.constantFrom("real", "interleaved", "split", "zero", "8", Number.MAX_VALUE, 5e-324, 1e308, -0),
      fc.array(fc.double(), { maxLength: 3 }),
    );
    const names = fc.constantFrom(...known, "dim", "heads", "slopes", "maxLength");
    const mutated = fc
      .tuple(makers[name] as fc.Arbitrary<object>, fc.dictionary(names, junk, { maxKeys: 3 }))
      .map(([options, changes]) => ({ ...options, ...changes }));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.dictionary(names, junk), fc.anything()), (options) => {
        let encoder: Encoder;
        try {
          encoder = make(options);
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
          expect((error as Error).message).toMatch(new RegExp(`^${name}: `));
          return;
        }
        // a parameter table is allocated by its user
        const sizes = Object.values(encoder.parameters).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
        if (sizes.some((size) => size > 1e6)) return;
        for (const { data } of know(encoder)) expect(data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the registry", () => {
  const spiral = ({ dim }: { readonly dim: number }) =>
    rotary({ ...rope({ dim }), name: "spiral", options: { dim } });

  test("is extended by encoders of one's own", () => {
    const json = toJSON(spiral({ dim: 4 }));
    expect(json).toEqual({ name: "spiral", options: { dim: 4 } });
    expect(fromJSON(json, { ...encoders, spiral }).name).toBe("spiral");
    expect(() => fromJSON(json)).toThrow(
      new RangeError(`fromJSON: name must be one of ${known}, got "spiral"`),
    );
  });

  test("options are copies", () => {
    const slopes = [0.5];
    const encoder = encoders.alibi({ heads: 1, slopes });
    const json = toJSON(encoder);
    (json.options.slopes as number[])[0] = 7;
    expect(toJSON(encoder).options.slopes).toEqual([0.5]);
  });
});

test.each<[unknown, Error]>([
  [null, new TypeError("fromJSON: json must be an object, got null")],
  ["rope", new TypeError('fromJSON: json must be an object, got "rope"')],
  [[], new TypeError("fromJSON: json must be an object, got []")],
  [{}, new TypeError("fromJSON: name must be a string, got undefined")],
  [{ name: 3, options: {} }, new TypeError("fromJSON: name must be a string, got 3")],
  [{ name: "rope" }, new TypeError("fromJSON: options must be an object, got undefined")],
  [{ name: "rope", options: [] }, new TypeError("fromJSON: options must be an object, got []")],
  [
    { name: "rope", options: { dim: 8 }, version: 1 },
    new TypeError('fromJSON: unknown option "version"; known are name, options'),
  ],
  [{ name: "rope", options: { dim: "8" } }, new TypeError('rope: dim must be a number, got "8"')],
  [
    { name: "rope", options: { dim: 8, scaling: null } },
    new TypeError(
      "rope: scaling must be made by linearScaling, yarnScaling …, or from plain data by ropeScaling, got null",
    ),
  ],
  [
    { name: "mrope", options: { dim: 8, sections: [4], scaling: { type: "linear", factor: 0 } } },
    new RangeError("mrope: scaling.factor must be greater than 0, got 0"),
  ],
  [{ name: "rope", options: { dim: 7 } }, new RangeError("rope: dim must be even, got 7")],
  [
    { name: "toString", options: {} },
    new RangeError(`fromJSON: name must be one of ${known}, got "toString"`),
  ],
])("bad JSON %j", (json, error) => {
  expect(() => fromJSON(json)).toThrow(error);
});
