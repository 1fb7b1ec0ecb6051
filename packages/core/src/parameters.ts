import { checkCount, show } from "./checks.ts";
import { random } from "./random.ts";

export type Initialiser =
  | "zeros"
  | "ones"
  /** Normal with mean 0 and this standard deviation. */
  | { readonly normal: number }
  /** These values, row by row. */
  | { readonly values: readonly number[] };

/** A tensor that is trained. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly init: Initialiser;
}
export type Parameters = Readonly<Record<string, Parameter>>;

/** A parameter that starts as normal numbers with mean 0. */
export function normal(deviation: number, ...shape: readonly number[]): Parameter {
  return { shape, init: { normal: deviation } };
}

/** A parameter that starts as ones. */
export function ones(...shape: readonly number[]): Parameter {
  return { shape, init: "ones" };
}

/** A parameter that starts as zeros. */
export function zeros(...shape: readonly number[]): Parameter {
  return { shape, init: "zeros" };
}

/** A tensor for each parameter. */
export type Values<P extends Parameters, T> = { readonly [K in keyof P]: T };

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/**
 * First values, by name. Each parameter has a random stream of its own, from `seed` and its name: adding a
 * parameter leaves the others as they were, so two models that differ in their encoder start out alike.
 */
export function initialise(parameters: Parameters, seed: number): Record<string, Float32Array> {
  checkCount("initialise", "seed", seed, 0);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, initialValues(name, parameter, seed)]),
  );
}

function initialValues(name: string, { shape, init }: Parameter, seed: number): Float32Array {
  const size = sizeOf(shape);
  if (init === "zeros") return new Float32Array(size);
  if (init === "ones") return new Float32Array(size).fill(1);
  if ("values" in init) {
    if (init.values.length === size) return Float32Array.from(init.values);
    throw new RangeError(
      `${name}: init.values must be ${size} numbers for shape ${show([...shape])}, got ${init.values.length}`,
    );
  }
  const { normal } = random(seed, name);
  return Float32Array.from({ length: size }, () => init.normal * normal());
}
