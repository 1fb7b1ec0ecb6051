import { expect, test } from "vitest";
import {
  checkAbsent,
  checkBetween,
  checkBoolean,
  checkCount,
  checkFactor,
  checkList,
  checkNumbers,
  checkObject,
  checkOneOf,
  checkOptions,
  checkPositive,
  checkSize,
  choice,
  limited,
  optional,
  orElse,
  show,
} from "./checks.ts";

test.each([
  [1.5, "1.5"],
  [-0, "-0"],
  [Number.NaN, "NaN"],
  ["a", '"a"'],
  [null, "null"],
  [undefined, "undefined"],
  [true, "true"],
  [[1, "b", [null]], '[1, "b", [null]]'],
  [Array.from({ length: 20 }, (_, i) => i), "[0, 1, 2, 3, 4, 5, 6, 7, … 20 in all]"],
  [{ a: 1 }, "an object (Object)"],
  [new Map(), "an object (Map)"],
  [Object.create(null), "an object (no prototype)"],
  [() => 1, "a function"],
  [Symbol("s"), "a symbol"],
  [10n, "a bigint"],
])("show %#", (value, text) => {
  expect(show(value)).toBe(text);
});

test("checks return what they checked", () => {
  const options = { a: 1 };
  expect(checkObject("who", "options", options)).toBe(options);
  expect(checkPositive("who", "base", 2.5)).toBe(2.5);
  expect(checkBoolean("who", "causal", false)).toBe(false);
  expect(checkOneOf("who", "head", "b", ["a", "b"])).toBe("b");
});

test("checkBoolean", () => {
  expect(() => checkBoolean("who", "causal", 1)).toThrow(
    new TypeError("who: causal must be true or false, got 1"),
  );
});

interface WindowOptions {
  readonly heads: number;
  readonly width?: number;
  readonly shape?: "round" | "flat";
  readonly seed?: number;
  readonly slopes?: readonly number[];
  readonly inner?: { readonly depth: number };
}

const inner = { depth: limited(checkCount, 1, 3) };
const windowChecks = (given: WindowOptions) => ({
  heads: checkSize,
  width: orElse(2, checkPositive),
  shape: choice("round", "flat"),
  seed: optional(checkCount),
  slopes: optional((...all) => checkNumbers(...all, given.heads)),
  inner: optional((who, what, value) => checkOptions(who, checkObject(who, what, value), inner, what)),
});
const read = (given: WindowOptions) => checkOptions("window", given, windowChecks(given));

test("checkOptions gives what was given and what stands for the rest, and no more", () => {
  expect(Object.entries(read({ heads: 2 }))).toEqual([
    ["heads", 2],
    ["width", 2],
    ["shape", "round"],
  ]);
  const all: WindowOptions = {
    heads: 2,
    width: 0.5,
    shape: "flat",
    seed: 9,
    slopes: [1, -1],
    inner: { depth: 3 },
  };
  expect(read(all)).toEqual(all);
  expect(read(all).slopes).not.toBe(all.slopes);
});

test.each<[unknown, Error]>([
  [null, new TypeError("window: options must be an object, got null")],
  [{}, new TypeError("window: heads must be a number, got undefined")],
  [{ heads: 2, width: null }, new TypeError("window: width must be a number, got null")],
  [{ heads: 2, shape: "oval" }, new RangeError('window: shape must be "round" or "flat", got "oval"')],
  [
    { heads: 2, size: 1 },
    new TypeError('window: unknown option "size"; known are heads, width, shape, seed, slopes, inner'),
  ],
  [{ heads: 2, slopes: 1 }, new TypeError("window: slopes must be an array of 2 numbers, got 1")],
  [{ heads: 2, slopes: [1] }, new RangeError("window: slopes must be an array of 2 numbers, got [1]")],
  [{ heads: 1, slopes: new Array(1) }, new TypeError("window: slopes[0] must be a number, got undefined")],
  [{ heads: 2, inner: 1 }, new TypeError("window: inner must be an object, got 1")],
  [{ heads: 2, inner: { depth: 4 } }, new RangeError("window: inner.depth must be at most 3, got 4")],
  [{ heads: 2, inner: { a: 1 } }, new TypeError('window: inner: unknown option "a"; known are depth')],
])("checkOptions of %j", (options, error) => {
  expect(() => read(options as WindowOptions)).toThrow(error);
});

test("checkPositive with limits", () => {
  expect(checkPositive("who", "base", 3, 2, 4)).toBe(3);
  expect(() => checkPositive("who", "base", 5, 2, 4)).toThrow(
    new RangeError("who: base must be from 2 to 4, got 5"),
  );
  expect(() => checkPositive("who", "base", -5, 2, 4)).toThrow(
    new RangeError("who: base must be greater than 0, got -5"),
  );
  expect(() => checkBetween("who", "share", 2, 0, 1)).toThrow(
    new RangeError("who: share must be from 0 to 1, got 2"),
  );
});

test("checkList", () => {
  expect(checkList("who", "factors", [1, 2], "numbers", checkFactor)).toEqual([1, 2]);
  expect(() => checkList("who", "factors", [], "numbers", checkFactor)).toThrow(
    new RangeError("who: factors must be numbers, got []"),
  );
  expect(() => checkList("who", "factors", [1, 1e31], "numbers", checkFactor, 2)).toThrow(
    new RangeError("who: factors[1] must be from -1e+30 to 1e+30, got 1e+31"),
  );
});

test("checkAbsent", () => {
  expect(checkAbsent("who", "centre", undefined, "length is given")).toBe(undefined);
  expect(() => checkAbsent("who", "centre", 3, "length is given")).toThrow(
    new TypeError("who: centre must be left out where length is given, got 3"),
  );
});
