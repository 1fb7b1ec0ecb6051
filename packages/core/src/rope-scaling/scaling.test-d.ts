import { expectTypeOf, test } from "vitest";
import {
  linearScaling,
  type MropeOptions,
  type RopeFrequencyOptions,
  type RopeOptions,
  type RopeScaling,
  type RopeScalingData,
  ropeScaling,
  type XposOptions,
  yarnScaling,
} from "../index.ts";

const yarn = yarnScaling({ factor: 4, originalMaxPositionEmbeddings: 64 });

test("encoders take a scaling with its method, and no plain data", () => {
  type Taken = NonNullable<(RopeOptions | MropeOptions | XposOptions | RopeFrequencyOptions)["scaling"]>;
  expectTypeOf<Taken>().toEqualTypeOf<RopeScaling>();
  expectTypeOf(yarn).toExtend<RopeScaling>();
  expectTypeOf(linearScaling({ factor: 2 })).toExtend<RopeScaling>();
  expectTypeOf(ropeScaling({ type: "linear", factor: 2 })).toEqualTypeOf<RopeScaling>();
  expectTypeOf<{ type: "linear"; factor: number }>().toExtend<RopeScalingData>();
  expectTypeOf<{ type: "linear"; factor: number }>().not.toExtend<RopeScaling>();
});

test("a scaling is data too; a spread has lost the method", () => {
  expectTypeOf(yarn).toExtend<RopeScalingData>();
  const spread = { ...yarn, factor: 8 };
  expectTypeOf(spread).toExtend<RopeScalingData>();
  expectTypeOf(spread).not.toExtend<RopeScaling>();
});

test("the type belongs to the function", () => {
  expectTypeOf(yarn.type).toEqualTypeOf<"yarn">();
  expectTypeOf(linearScaling).parameter(0).toEqualTypeOf<{ readonly factor: number }>();
});
