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
