import type { RotaryEncoder } from "./encoder.ts";
import type { Frequencies } from "./frequencies.ts";

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
  const runs: Run[] = [];
  for (const axis of axisOf) {
    const last = runs.at(-1);
    if (last?.axis === axis) last.length++;
    else runs.push({ axis, length: 1 });
  }
  const byAxis = Array.from({ length: axes }, (_, axis) => {
    const own = (_: number, pair: number) => axisOf[pair] === axis;
    return {
      lengths: runs.filter((run) => run.axis === axis).map(({ length }) => length),
      series: { ...frequencies, high: frequencies.high.filter(own), low: frequencies.low.filter(own) },
    };
  });

  return ({ concat, sincos, split, squeeze }, positions) => {
    type Tensor = typeof positions;
    const coordinates = split(positions, new Array<number>(axes).fill(1), -1);
    const turns = byAxis.map(({ lengths, series }, axis) => {
      if (lengths.length === 0) return [];
      const { sin, cos } = sincos(squeeze(coordinates[axis]!, -1), series);
      return [sin, cos].map((part) => (lengths.length > 1 ? split(part, lengths, -1) : [part]));
    });
    const inOrder = (part: number): Tensor => {
      const ordered = runs.map(({ axis }) => turns[axis]![part]!.shift()!);
      return ordered.length > 1 ? concat(ordered, -1) : ordered[0]!;
    };
    return { sin: inOrder(0), cos: inOrder(1) };
  };
}

/** Neighbouring pairs of one axis. */
interface Run {
  readonly axis: number;
  length: number;
}
