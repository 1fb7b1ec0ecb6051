/**
 * Errors for bad input: who complains, which argument, what was expected, what came.
 * `rope: dim must be even, got 63`. Wrong type or name: TypeError. Wrong value: RangeError.
 */

export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) {
    const rest = value.length > 8 ? `, … ${value.length} in all` : "";
    return `[${value.slice(0, 8).map(show).join(", ")}${rest}]`;
  }
  if (typeof value === "object" && value) return `an object (${value.constructor?.name ?? "no prototype"})`;
  if (["bigint", "function", "symbol"].includes(typeof value)) return `a ${typeof value}`;
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Gives back a value that is as it should be. */
export type Check<V> = (...all: CheckArguments) => V;
export type CheckArguments = [who: string, what: string, value: unknown];

/** A check for each option. */
export type Checks<O> = {
  readonly [K in keyof O]-?: Check<Record<never, never> extends Pick<O, K> ? O[K] | undefined : O[K]>;
};

type Results<C> = { [K in keyof C]: C[K] extends Check<infer V> ? V : never };
type Defined<O> = { readonly [K in keyof O as undefined extends O[K] ? never : K]: O[K] } & {
  readonly [K in keyof O as undefined extends O[K] ? K : never]?: Exclude<O[K], undefined>;
};

/** What the checks gave; without an entry where an option was left out and nothing stands for it. */
export type Checked<C> = Defined<Results<C>>;

/** Throws `who: what must be expected, got value` unless it `fits`: a RangeError, or an error of another kind. */
export function demand(
  fits: boolean,
  who: string,
  what: string,
  value: unknown,
  expected: string,
  Kind: typeof TypeError | typeof RangeError = RangeError,
): asserts fits {
  if (!fits) throw new Kind(`${who}: ${what} must be ${expected}, got ${show(value)}`);
}

export function checkNumber(who: string, what: string, value: unknown): number {
  demand(typeof value === "number", who, what, value, "a number", TypeError);
  demand(Number.isFinite(value), who, what, value, "finite");
  return value;
}

/** From `least` to `most`. */
export function checkBetween(who: string, what: string, value: unknown, least: number, most: number): number {
  const number = checkNumber(who, what, value);
  demand(number >= least && number <= most, who, what, value, `from ${least} to ${most}`);
  return number;
}

/** Greater than 0, and from `least` to `most` where they are given. */
export function checkPositive(
  who: string,
  what: string,
  value: unknown,
  least = 0,
  most = Number.POSITIVE_INFINITY,
): number {
  demand(checkNumber(who, what, value) > 0, who, what, value, "greater than 0");
  return checkBetween(who, what, value, least, most);
}

/** Far enough from the end of float32 that what is multiplied by it stays finite. */
export function checkFactor(who: string, what: string, value: unknown): number {
  return checkBetween(who, what, value, -1e30, 1e30);
}

/** The base of a geometric series of frequencies. */
export function checkBase(who: string, what: string, value: unknown): number {
  return checkPositive(who, what, value, 1e-100, 1e100);
}

/** A whole number of at least `least` (1 by default) and at most `most` (2^31 − 1 by default). */
export function checkCount(who: string, what: string, value: unknown, least = 1, most = 0x7fffffff): number {
  const number = checkNumber(who, what, value);
  demand(Number.isInteger(value), who, what, value, "a whole number");
  demand(number >= least, who, what, value, `at least ${least}`);
  demand(number <= most, who, what, value, `at most ${most}`);
  return number;
}

/** A length or number of heads for which an encoder makes tables at once: 1 to 2^20. */
export function checkSize(who: string, what: string, value: unknown): number {
  return checkCount(who, what, value, 1, 2 ** 20);
}

export function checkEven(who: string, what: string, value: unknown): number {
  const size = checkSize(who, what, value);
  demand(size % 2 === 0, who, what, value, "even");
  return size;
}

export function checkBoolean(who: string, what: string, value: unknown): boolean {
  demand(typeof value === "boolean", who, what, value, "true or false", TypeError);
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
    demand(typeof value === "string", who, what, value, expected, TypeError);
    demand(false, who, what, value, expected);
  }
  return value as V;
}

export function checkObject(
  who: string,
  what: string,
  value: unknown,
  expected = "an object",
): Record<string, unknown> {
  const fits = typeof value === "object" && value !== null && !Array.isArray(value);
  demand(fits, who, what, value, expected, TypeError);
  return value as Record<string, unknown>;
}

/** Has no place here: `checkAbsent("xpos", "centre", value, "length is given")`. */
export function checkAbsent(
  who: string,
  what: string,
  value: unknown,
  where: string,
  Kind: typeof TypeError | typeof RangeError = TypeError,
): undefined {
  demand(value === undefined, who, what, value, `left out where ${where}`, Kind);
}

/** A check with its limits: `limited(checkCount, 0, 64)`. */
export function limited<L extends unknown[], V>(
  check: (who: string, what: string, value: unknown, ...limits: L) => V,
  ...limits: L
): Check<V> {
  return (who, what, value) => check(who, what, value, ...limits);
}

/** One of these; the first where it is left out. */
export function choice<const V extends string>(...allowed: readonly V[]): Check<V> {
  return (who, what, value = allowed[0]) => checkOneOf(who, what, value, allowed);
}

/** `fallback` where it is left out. */
export function orElse<V>(fallback: V, check: Check<V>): Check<V> {
  return (who, what, value = fallback) => check(who, what, value);
}

/** May be left out. */
export function optional<V>(check: Check<V>): Check<V | undefined> {
  return (who, what, value) => (value === undefined ? undefined : check(who, what, value));
}

/**
 * The options, checked one after the other, with what stands for those left out:
 * `checkOptions("t5", options, { heads: checkSize, scale: orElse(1, checkFactor) })`.
 *
 * @param within where the options stand, if they are an option themselves
 * @throws TypeError, RangeError for the first that is wrong, and for a name that has no check
 */
export function checkOptions<O extends object, C extends Checks<O>>(
  who: string,
  options: O,
  checks: C,
  within = "",
): Checked<C> {
  checkNames(within ? `${who}: ${within}` : who, options, Object.keys(checks));
  const place = within && `${within}.`;
  const checked: Record<string, unknown> = {};
  for (const name in checks) {
    const value = checks[name](who, place + name, (options as Record<string, unknown>)[name]);
    if (value !== undefined) checked[name] = value;
  }
  return checked as Checked<C>;
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

/** An array of `length` entries (of any number but 0 unless given), each as `check` wants it. */
export function checkList<V>(
  who: string,
  what: string,
  value: unknown,
  expected: string,
  check: Check<V>,
  length?: number,
): readonly V[] {
  demand(Array.isArray(value), who, what, value, expected, TypeError);
  demand(value.length === (length ?? (value.length || 1)), who, what, value, expected);
  return Array.from(value, (entry, i) => check(who, `${what}[${i}]`, entry));
}

/** `length` numbers, each as {@link checkFactor} wants it. */
export function checkNumbers(
  who: string,
  what: string,
  value: unknown,
  length: number,
  check: Check<number> = checkFactor,
): readonly number[] {
  return checkList(who, what, value, `an array of ${length} numbers`, check, length);
}
