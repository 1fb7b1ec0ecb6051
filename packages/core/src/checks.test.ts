import { expect, test } from "vitest";
import { checkBoolean, checkObject, checkOneOf, checkPositive, show } from "./checks.ts";

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
