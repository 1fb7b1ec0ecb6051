import type { RotaryEncoder } from "./encoder.ts";
import type { Frequencies } from "./frequencies.ts";
import type { SinCos } from "./ops.ts";

export interface AxialTurnsOptions {
  /** Which coordinate turns pair i. */
  readonly axisOf: readonly number[];
  /** Of pair i, in radians per unit of its coordinate. */
  readonly frequencies: Frequencies;
  /** How many coordinates a position has. */
  readonly axes: number;
}

/** `turns` of a rotary encoder whose pairs are turned by one coordinate each: positions [...shape, axes] → [...shape, pairs]. */
export function axialTurns({ axisOf, frequencies, axes }: AxialTurnsOptions): RotaryEncoder["turns"] {
  const pairsOf = Array.from({ length: axes }, (_, axis) =>
    axisOf.flatMap((of, pair) => (of === axis ? [pair] : [])),
  );
  const series = pairsOf.map((pairs) => pick(frequencies, pairs));
  const runs = runsOf(axisOf);
  const lengthsOf = pairsOf.map((_, axis) =>
    runs.filter((run) => run.axis === axis).map(({ length }) => length),
  );

  return ({ concat, sincos, split, squeeze }, positions) => {
    type Tensor = typeof positions;
    const ones = new Array<number>(axes).fill(1);
    const turns = split(positions, ones, -1).map((coordinate, axis) =>
      pairsOf[axis]!.length === 0 ? undefined : sincos(squeeze(coordinate, -1), series[axis]!),
    );
    const inOrder = (part: keyof SinCos<Tensor>): Tensor => {
      const parts = turns.map((turn, axis) => {
        const lengths = lengthsOf[axis]!;
        return turn && lengths.length > 1 ? split(turn[part], lengths, -1) : [turn?.[part]];
      });
      const ordered = runs.map(({ axis, index }) => parts[axis]![index]!);
      return ordered.length === 1 ? ordered[0]! : concat(ordered, -1);
    };
    return { sin: inOrder("sin"), cos: inOrder("cos") };
  };
}

/** Neighbouring pairs of one axis; `index` counts the runs of that axis. */
interface Run {
  readonly axis: number;
  readonly index: number;
  readonly length: number;
}

function runsOf(axisOf: readonly number[]): Run[] {
  const starts = axisOf.flatMap((axis, pair) => (pair === 0 || axisOf[pair - 1] !== axis ? [pair] : []));
  return starts.map((start, i) => {
    const axis = axisOf[start]!;
    const index = starts.slice(0, i).filter((before) => axisOf[before] === axis).length;
    return { axis, index, length: (starts[i + 1] ?? axisOf.length) - start };
  });
}

/** The frequencies at `indices`. */
export function pick({ high, low, ...rest }: Frequencies, indices: readonly number[]): Frequencies {
  const from = (values: Float64Array) => Float64Array.from(indices, (i) => values[i]!);
  return { ...rest, high: from(high), low: from(low) };
}
