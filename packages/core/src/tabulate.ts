import { checkCount, checkObject } from "./checks.ts";
import type { Composition } from "./compose.ts";
import type { AdditiveEncoder, Encoder, RotaryEncoder } from "./encoder.ts";
import type { Ops } from "./ops.ts";
import { range } from "./range.ts";
import { typedArrays } from "./typed-arrays/index.ts";
import type { NdArray } from "./typed-arrays/nd-array.ts";

/** More rows than this are refused: at 128 frequencies they would be 8 GB. */
const MOST_POSITIONS = 2 ** 24;

/**
 * The same encoder with its vectors, or its sines and cosines, computed once for the positions 0 … maxPosition − 1 and
 * looked up from then on: for runtimes without float64. The values are the same.
 *
 * @throws TypeError for an encoder that {@link canTabulate} refuses; RangeError where maxPosition is no count, or
 * beyond what the encoder takes
 */
export function tabulate(encoder: Encoder, maxPosition: number): Encoder {
  checkObject("tabulate", "encoder", encoder);
  const { kind, name, positions = {} } = encoder;
  const most = Math.min(MOST_POSITIONS, positions.below ?? MOST_POSITIONS);
  checkCount(name, "maxPosition", maxPosition, 1, most);
  if (!canTabulate(encoder) || (kind !== "additive" && kind !== "rotary")) {
    throw new TypeError(
      `${name}: maxPosition must be left out where there is no table of whole positions, got ${maxPosition}`,
    );
  }
  const tabulated =
    kind === "additive" ? additiveTable(encoder, maxPosition) : rotaryTables(encoder, maxPosition);
  return { ...tabulated, positions: { ...positions, below: maxPosition } };
}

/** Whether what it adds, or turns by, depends on one whole position and nothing else. */
export function canTabulate({ kind, parameters, positions: { real, axes } = {} }: Encoder): boolean {
  const byPosition = kind === "additive" || kind === "rotary";
  return byPosition && !real && axes === undefined && Object.keys(parameters).length === 0;
}

function additiveTable(encoder: AdditiveEncoder, count: number): AdditiveEncoder {
  const table = encoder.vectors(typedArrays, range(count), {});
  return { ...encoder, vectors: (ops, positions) => lookUp(ops, table, positions) };
}

function rotaryTables(encoder: RotaryEncoder, count: number): RotaryEncoder {
  const tabulated = (turns: RotaryEncoder["turns"]): RotaryEncoder["turns"] => {
    const { sin, cos } = turns(typedArrays, range(count), {});
    return (ops, positions) => ({ sin: lookUp(ops, sin, positions), cos: lookUp(ops, cos, positions) });
  };
  const { turns, keyTurns } = encoder;
  return { ...encoder, turns: tabulated(turns), ...(keyTurns && { keyTurns: tabulated(keyTurns) }) };
}

const lookUp = <T>({ constant, gather }: Ops<T>, { data, shape }: NdArray, positions: T): T =>
  gather(constant(data, shape), positions);

/** {@link tabulate} for each encoder of a composition that can be; at least one must. */
export function tabulateParts(composition: Composition, maxPosition: number): Composition {
  if (!composition.parts.some(({ encoder }) => canTabulate(encoder))) {
    throw new TypeError(
      `compose: maxPosition must be left out where no part has a table, got ${maxPosition}`,
    );
  }
  const parts = composition.parts.map(({ encoder, ...part }) => ({
    ...part,
    encoder: canTabulate(encoder) ? tabulate(encoder, maxPosition) : encoder,
  }));
  return { ...composition, parts, positions: { ...composition.positions, below: maxPosition } };
}
