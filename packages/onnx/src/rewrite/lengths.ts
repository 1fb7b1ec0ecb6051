/** A length that is known, or an expression for one that is chosen at each run: equal text, equal length. */
export type Length = number | string;
export type Shape = readonly Length[];

const number = (a: Length, b: Length, compute: (a: number, b: number) => number): number | undefined => {
  if (typeof a !== "number" || typeof b !== "number") return undefined;
  const result = compute(a, b);
  return Number.isSafeInteger(result) ? result : undefined;
};

export function plus(a: Length, b: Length): Length {
  if (a === 0) return b;
  if (b === 0) return a;
  return number(a, b, (a, b) => a + b) ?? `(${a} + ${b})`;
}

export function minus(a: Length, b: Length): Length {
  if (b === 0) return a;
  if (a === b) return 0;
  return number(a, b, (a, b) => a - b) ?? `(${a} - ${b})`;
}

export function times(a: Length, b: Length): Length {
  if (a === 1) return b;
  if (b === 1) return a;
  const [first, second] = [a, b].sort((a, b) => (String(a) < String(b) ? -1 : 1));
  return number(a, b, (a, b) => a * b) ?? `(${first} · ${second})`;
}

/** Towards zero, as ONNX divides whole numbers. */
export function over(a: Length, b: Length): Length {
  if (b === 1) return a;
  if (b !== 0) return number(a, b, (a, b) => Math.trunc(a / b)) ?? `(${a} / ${b})`;
  return `(${a} / 0)`;
}

/** The shape of two operands together; undefined where they cannot be. */
export function broadcast(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Length[] = [];
  for (let axis = 1; axis <= rank; axis++) {
    const [x, y] = [a.at(-axis) ?? 1, b.at(-axis) ?? 1];
    if (axis > a.length || x === 1) result.unshift(y);
    else if (axis > b.length || y === 1 || x === y) result.unshift(x);
    else if (typeof x === "number" && typeof y === "number") return undefined;
    else if (typeof x === "number") result.unshift(x);
    else result.unshift(typeof y === "number" ? y : `max(${x}, ${y})`);
  }
  return result;
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

export const product = (lengths: readonly Length[]): Length => lengths.reduce(times, 1);
