/**
 * Errors for bad input: who complains, which argument, what was expected, what came.
 * `rope: dim must be even, got 63`. Wrong type or name: TypeError. Wrong value: RangeError.
 */

export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || value === null || value === undefined || typeof value === "boolean") {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(show).join(", ");
    return value.length > 8 ? `[${shown}, … ${value.length} in all]` : `[${shown}]`;
  }
  return typeof value === "object"
    ? `an object (${value.constructor?.name ?? "no prototype"})`
    : `a ${typeof value}`;
}

function complain(
  Kind: typeof TypeError | typeof RangeError,
  who: string,
  what: string,
  expected: string,
  got: unknown,
): never {
  throw new Kind(`${who}: ${what} must be ${expected}, got ${show(got)}`);
}

export function checkNumber(who: string, what: string, value: unknown): number {
  if (typeof value !== "number") complain(TypeError, who, what, "a number", value);
  if (!Number.isFinite(value)) complain(RangeError, who, what, "finite", value);
  return value;
}

export function checkPositive(who: string, what: string, value: unknown): number {
  if (checkNumber(who, what, value) <= 0) complain(RangeError, who, what, "greater than 0", value);
  return value as number;
}

/** From `least` to `most`. */
export function checkBetween(who: string, what: string, value: unknown, least: number, most: number): number {
  const number = checkNumber(who, what, value);
  if (number < least || number > most) complain(RangeError, who, what, `from ${least} to ${most}`, value);
  return number;
}

/** Far enough from the end of float32 that what is multiplied by it stays finite. */
export function checkFactor(who: string, what: string, value: unknown): number {
  return checkBetween(who, what, value, -1e30, 1e30);
}

/** The base of a geometric series of frequencies. */
export function checkBase(who: string, value: unknown): number {
  checkPositive(who, "base", value);
  return checkBetween(who, "base", value, 1e-100, 1e100);
}

/** What is added to positions: a whole number from 0, or any number where positions are `real`. */
export function checkOffset(who: string, value: unknown, real: boolean): number {
  return real
    ? checkBetween(who, "offset", value, -(2 ** 30), 2 ** 30)
    : checkCount(who, "offset", value, 0, 2 ** 30);
}

/** A whole number of at least `least` (1 by default) and at most `most` (2^31 − 1 by default). */
export function checkCount(who: string, what: string, value: unknown, least = 1, most = 0x7fffffff): number {
  checkNumber(who, what, value);
  if (!Number.isInteger(value)) complain(RangeError, who, what, "a whole number", value);
  if ((value as number) < least) complain(RangeError, who, what, `at least ${least}`, value);
  if ((value as number) > most) complain(RangeError, who, what, `at most ${most}`, value);
  return value as number;
}

/** A length or number of heads for which an encoder makes tables at once: 1 to 2^20. */
export function checkSize(who: string, what: string, value: unknown): number {
  return checkCount(who, what, value, 1, 2 ** 20);
}

export function checkEven(who: string, what: string, value: unknown): number {
  if (checkSize(who, what, value) % 2 !== 0) complain(RangeError, who, what, "even", value);
  return value as number;
}

export function checkBoolean(who: string, what: string, value: unknown): boolean {
  if (typeof value !== "boolean") complain(TypeError, who, what, "true or false", value);
  return value;
}

export function checkOneOf<const V extends string>(
  who: string,
  what: string,
  value: unknown,
  allowed: readonly V[],
): V {
  if (!allowed.includes(value as V)) {
    const expected = allowed.map((option) => JSON.stringify(option)).join(" or ");
    complain(typeof value === "string" ? RangeError : TypeError, who, what, expected, value);
  }
  return value as V;
}

export function checkObject(
  who: string,
  what: string,
  value: unknown,
  expected = "an object",
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    complain(TypeError, who, what, expected, value);
  return value as Record<string, unknown>;
}

/** `options` is an object, and each of its names is known. */
export function checkNames(who: string, options: unknown, known: readonly string[]): void {
  for (const name of Object.keys(checkObject(who, "options", options))) {
    if (!known.includes(name)) {
      const offer = known.length > 0 ? `known are ${known.join(", ")}` : "it takes none";
      throw new TypeError(`${who}: unknown option ${JSON.stringify(name)}; ${offer}`);
    }
  }
}

/** `length` numbers, each as {@link checkFactor} wants it. */
export function checkNumbers(who: string, what: string, value: unknown, length: number): readonly number[] {
  if (!Array.isArray(value)) complain(TypeError, who, what, `an array of ${length} numbers`, value);
  if (value.length !== length) complain(RangeError, who, what, `an array of ${length} numbers`, value);
  for (const [i, entry] of value.entries()) checkFactor(who, `${what}[${i}]`, entry);
  return value;
}
