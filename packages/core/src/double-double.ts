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

/** a + b without error. */
function exactSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  const fromB = sum - a;
  return [sum, a - (sum - fromB) + (b - fromB)];
}

/** A number, or one of 106 bits. */
export type Real = number | DoubleDouble;

/** A float64 number as it is. */
export function exactly(x: Real): DoubleDouble {
  return typeof x === "number" ? [x, 0] : x;
}

export function add(x: Real, y: Real): DoubleDouble {
  const [a, aLow] = exactly(x);
  const [b, bLow] = exactly(y);
  const [high, error] = exactSum(a, b);
  const [low, rest] = exactSum(aLow, bLow);
  const [sum, left] = exactSum(high, error + low);
  return exactSum(sum, left + rest);
}

export function subtract(x: Real, y: Real): DoubleDouble {
  const [high, low] = exactly(y);
  return add(x, [-high, -low]);
}

export function multiply(x: Real, y: Real): DoubleDouble {
  const [a, aLow] = exactly(x);
  const [b, bLow] = exactly(y);
  const [high, low] = exactProduct(a, b);
  return exactSum(high, low + (a * bLow + aLow * b));
}

export function divide(x: Real, y: Real): DoubleDouble {
  const [a, aLow] = exactly(x);
  const [b, bLow] = exactly(y);
  const quotient = a / b;
  const [high, low] = exactProduct(quotient, b);
  return exactSum(quotient, (a - high - low + aLow - quotient * bLow) / b);
}

/** x^n for a whole n ≥ 0. */
export function power(x: Real, n: number): DoubleDouble {
  let result = exactly(1);
  for (let square = exactly(x), left = n; left > 0; left >>= 1) {
    if (left & 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** 2π. */
export const TWO_PI: DoubleDouble = [6.283185307179586, 2.4492935982947064e-16];

/** The natural logarithm, to about 29 digits after the point: one Newton step on e^y = x. */
export function logarithm(x: Real): DoubleDouble {
  const guess = Math.log(exactly(x)[0]);
  const size = exponential(Math.abs(guess));
  const error = subtract(guess < 0 ? multiply(x, size) : divide(x, size), 1);
  return add(guess, subtract(error, (error[0] + error[1]) ** 2 / 2));
}

const HALVINGS = 12;

/** e^x for x from 0 to 709: the series at x / 2^12, squared 12 times as e^x − 1, which keeps its digits. */
function exponential(x: number): DoubleDouble {
  let lessOne = exactly(0);
  for (let n = 16; n >= 1; n--) lessOne = divide(multiply(x / 2 ** HALVINGS, add(1, lessOne)), n);
  for (let i = 0; i < HALVINGS; i++) lessOne = multiply(lessOne, add(lessOne, 2));
  return add(1, lessOne);
}
