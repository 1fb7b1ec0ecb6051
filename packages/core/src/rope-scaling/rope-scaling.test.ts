import { describe, expect, test } from "vitest";
import { type RopeOptions, rope } from "../encoders/rope.ts";
import { xpos } from "../encoders/xpos.ts";
import { encoders, fromJSON, toJSON } from "../json.ts";
import { type RopeFrequencyOptions, ropeFrequencies } from "../rope-frequencies.ts";
import { dynamicScaling } from "./dynamic.ts";
import { linearScaling } from "./linear.ts";
import { llama3Scaling } from "./llama3.ts";
import { longropeScaling } from "./longrope.ts";
import { ntkScaling } from "./ntk.ts";
import { ntkByPartsScaling } from "./ntk-by-parts.ts";
import { proportionalScaling } from "./proportional.ts";
import { type RopeScaling, type RopeScalingData, ropeScaling } from "./rope-scaling.ts";
import { yarnScaling } from "./yarn.ts";

const highs = (options: RopeFrequencyOptions) => [...ropeFrequencies(options).frequencies.high];

const TYPES =
  '"linear" or "dynamic" or "ntk" or "ntk-by-parts" or "yarn" or "longrope" or "llama3" or "proportional"';
const long = [1, 2, 3, 4];
const lengths = { originalMaxPositionEmbeddings: 64, maxPositionEmbeddings: 256 };
describe.each<[RopeScaling, RopeScalingData]>([
  [linearScaling({ factor: 4 }), { type: "linear", factor: 4 }],
  [
    dynamicScaling({ factor: 4, maxPositionEmbeddings: 64, length: 99 }),
    { type: "dynamic", factor: 4, maxPositionEmbeddings: 64, length: 99 },
  ],
  [ntkScaling({ factor: 4 }), { type: "ntk", factor: 4 }],
  [
    ntkByPartsScaling({ factor: 4, originalMaxPositionEmbeddings: 64 }),
    { type: "ntk-by-parts", factor: 4, originalMaxPositionEmbeddings: 64 },
  ],
  [
    yarnScaling({ factor: 4, originalMaxPositionEmbeddings: 64 }),
    { type: "yarn", factor: 4, originalMaxPositionEmbeddings: 64 },
  ],
  [
    longropeScaling({ shortFactor: long, longFactor: long, ...lengths }),
    { type: "longrope", shortFactor: long, longFactor: long, ...lengths },
  ],
  [
    llama3Scaling({ factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositionEmbeddings: 64 }),
    { type: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositionEmbeddings: 64 },
  ],
  [proportionalScaling({ partialRotaryFactor: 0.5 }), { type: "proportional", partialRotaryFactor: 0.5 }],
])("$1.type", (scaling, data) => {
  test("is plain data to look at, with its type first", () => {
    expect(scaling).toEqual(data);
    expect(Reflect.ownKeys({ ...scaling })).toEqual(Object.keys(data));
    expect(JSON.stringify(scaling)).toBe(JSON.stringify(data));
    expect(structuredClone(scaling)).toEqual(data);
  });

  test("has the same frequencies when it comes from plain data, and from an encoder's JSON", () => {
    const encoder = rope({ dim: 8, scaling });
    const again = fromJSON(JSON.parse(JSON.stringify(toJSON(encoder))));
    expect(again.frequencies).toEqual(encoder.frequencies);
    expect(highs({ dim: 8, scaling })).not.toEqual(highs({ dim: 8 }));
    expect(highs({ dim: 8, scaling: ropeScaling(data) })).toEqual(highs({ dim: 8, scaling }));
    expect(rope(again.options as unknown as RopeOptions).frequencies).toEqual(encoder.frequencies);
  });

  test("is refused without its method", () => {
    const message =
      /^rope: scaling must be made by linearScaling, .* by ropeScaling, got an object \(Object\)$/;
    for (const bare of [data, { ...scaling }, structuredClone(scaling)]) {
      expect(() => rope({ dim: 8, scaling: bare as RopeScaling })).toThrow(TypeError);
      expect(() => rope({ dim: 8, scaling: bare as RopeScaling })).toThrow(message);
    }
  });
});

test.each<[string, object]>([
  ["mrope", { sections: [2, 2] }],
  ["xpos", { length: 6 }],
])("%s from plain data", (name, more) => {
  const options = { dim: 8, ...more, scaling: { type: "linear", factor: 4 } };
  const { high } = fromJSON({ name, options }).frequencies!;
  expect([...high]).toEqual(highs({ dim: 8 }).map((frequency) => frequency / 4));
});

test("an encoder of one's own hands a scaling on from JSON, and reads another sort as it likes", () => {
  const mine = ({ dim, scaling }: RopeOptions) => ({ ...rope({ dim, scaling: scaling! }), name: "mine" });
  const json = { name: "mine", options: { dim: 8, scaling: { type: "linear", factor: 4 } } };
  const { high } = fromJSON(json, { ...encoders, mine }).frequencies!;
  expect([...high]).toEqual(highs({ dim: 8 }).map((frequency) => frequency / 4));

  const other = (options: { readonly scaling: object }) => ({ ...rope({ dim: 8 }), options: { ...options } });
  for (const scaling of [{ type: "other", by: 2 }, { by: 2 }, [1, 2]]) {
    const again = fromJSON({ name: "other", options: { scaling } }, { other });
    expect(again.options).toEqual({ scaling });
  }
});

describe("bad scaling", () => {
  test.each<[unknown, string]>([
    [null, "got null"],
    ["linear", 'got "linear"'],
    [{}, "got an object (Object)"],
    [[], "got []"],
  ])("%j is not made by a function", (scaling, got) => {
    const message = `scaling must be made by linearScaling, yarnScaling …, or from plain data by ropeScaling, ${got}`;
    expect(() => rope({ dim: 4, scaling } as RopeOptions)).toThrow(new TypeError(`rope: ${message}`));
    expect(() => ropeFrequencies({ dim: 4, scaling } as RopeOptions)).toThrow(
      new TypeError(`ropeFrequencies: ${message}`),
    );
  });

  test.each<[unknown, Error]>([
    [null, new TypeError("ropeScaling: data must be an object, got null")],
    ["linear", new TypeError('ropeScaling: data must be an object, got "linear"')],
    [{}, new TypeError(`xpos: scaling.type must be ${TYPES}, got undefined`)],
    [{ type: 3 }, new TypeError(`xpos: scaling.type must be ${TYPES}, got 3`)],
    [{ type: "toString" }, new RangeError(`xpos: scaling.type must be ${TYPES}, got "toString"`)],
  ])("data %j", (data, error) => {
    expect(() => xpos({ dim: 4, scaling: ropeScaling(data as RopeScalingData) })).toThrow(error);
  });

  test("a type that is not the function's", () => {
    const scaling = linearScaling({ type: "ntk", factor: 2 } as unknown as { factor: number });
    expect(() => rope({ dim: 4, scaling })).toThrow(
      new RangeError('rope: scaling.type must be "linear", got "ntk"'),
    );
  });
});
