/** Numbers of 106 bits as the unevaluated sum of two float64 numbers, [high, low] (Dekker 1971). */
export type DoubleDouble = readonly [high: number, low: number];

/** The factor that splits a float64 number into two halves of 26 bits (Veltkamp 1968). */
export const SPLIT = 2 ** 27 + 1;

/** The leading 26 bits, so that products of tops and rests are exact. */
export function topHalf(x: number): number {
  const shifted = x * SPLIT;
  return shifted - (shifted - x);
}

/** a·b without error. */
function exactProduct(a: number, b: number): DoubleDouble {
  const product = a * b;
  const aTop = topHalf(a);
  const bTop = topHalf(b);
  const aRest = a - aTop;
  const bRest = b - bTop;
  return [product, aTop * bTop - product + aTop * bRest + aRest * bTop + aRest * bRest];
}

/** |high| must be at least |low|. */
function normalise(high: number, low: number): DoubleDouble {
  const sum = high + low;
  return [sum, low - (sum - high)];
}

/** a + b without error. */
function exactSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  const fromB = sum - a;
  return [sum, a - (sum - fromB) + (b - fromB)];
}

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [high, error] = exactSum(a[0], b[0]);
  const [low, rest] = exactSum(a[1], b[1]);
  const [sum, left] = normalise(high, error + low);
  return normalise(sum, left + rest);
}

export function subtract(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  return add(a, [-b[0], -b[1]]);
}

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [high, low] = exactProduct(a[0], b[0]);
  return normalise(high, low + (a[0] * b[1] + a[1] * b[0]));
}

export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const quotient = a[0] / b[0];
  const [high, low] = exactProduct(quotient, b[0]);
  const rest = a[0] - high - low + a[1] - quotient * b[1];
  return normalise(quotient, rest / b[0]);
}

/** a^n for a whole n ≥ 0. */
export function power(a: DoubleDouble, n: number): DoubleDouble {
  let result: DoubleDouble = [1, 0];
  for (let square = a, left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** A float64 number as it is. */
export function exactly(x: number): DoubleDouble {
  return [x, 0];
}

export const ONE: DoubleDouble = [1, 0];
/** 2π. */
export const TWO_PI: DoubleDouble = [6.283185307179586, 2.4492935982947064e-16];

/** The natural logarithm, to about 29 digits after the point: one Newton step on e^y = x. */
export function logarithm(x: DoubleDouble): DoubleDouble {
  const guess = Math.log(x[0]);
  const quotient = guess < 0 ? multiply(x, exponential(-guess)) : divide(x, exponential(guess));
  const [high, low] = subtract(quotient, ONE);
  const error = high + low;
  return add(exactly(guess), subtract([high, low], exactly((error * error) / 2)));
}

const HALVINGS = 12;

/** e^x for x from 0 to 709: the series at x / 2^12, squared 12 times as e^x − 1, which keeps its digits. */
function exponential(x: number): DoubleDouble {
  const small = exactly(x / 2 ** HALVINGS);
  let lessOne: DoubleDouble = [0, 0];
  for (let n = 16; n >= 1; n--) lessOne = divide(multiply(small, add(ONE, lessOne)), exactly(n));
  for (let i = 0; i < HALVINGS; i++) lessOne = multiply(lessOne, add(lessOne, exactly(2)));
  return add(ONE, lessOne);
}
