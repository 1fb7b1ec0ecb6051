import type { KernelExports } from "../kernel-exports.ts";

export type KernelName = keyof KernelExports;
export type Arguments = readonly number[];

/** A way to cut a call of a kernel into calls for a part of it. */
interface Axis {
  /** The argument that counts what there is to do. */
  readonly counts: number;
  /** Parts are multiples of it, so that the kernel goes at its full pace; results do not depend on it. */
  readonly grain: number;
  /** By how many bytes each argument moves for one step. */
  readonly steps: readonly number[];
}

interface Division {
  /** What is read and written, in bytes. */
  bytes(values: Arguments): number;
  /** The second cuts what is one step of the first. */
  axes(values: Arguments): readonly [Axis, Axis?];
}

const ADDITION: Division = {
  bytes: ([, , , rows, count]) => 12 * rows! * count!,
  axes([, , , , count, aStep, bStep]) {
    return [
      { counts: 3, grain: 1, steps: [4 * count!, aStep!, bStep!] },
      { counts: 4, grain: 16, steps: [4, 4, 4] },
    ];
  },
};

/** How each kernel is cut; its arguments are those of {@link KernelExports}. */
export const divisions: { readonly [K in KernelName]: Division } = {
  rotate: {
    bytes: ([, , , , sharers, , rows, , , half, rest]) => 8 * sharers! * rows! * (2 * half! + rest!),
    axes([, , , , , sharerStep, , rowStep, tableStep]) {
      const sharers: Axis = { counts: 4, grain: 4, steps: [sharerStep!, sharerStep!] };
      const rows: Axis = { counts: 6, grain: 1, steps: [rowStep!, rowStep!, tableStep!, tableStep!] };
      return sharerStep! > rowStep! ? [sharers, rows] : [rows, sharers];
    },
  },
  addRows: ADDITION,
  addToRows: {
    ...ADDITION,
    axes(values) {
      const [rows, columns] = ADDITION.axes(values);
      return [rows, { ...columns!, steps: [4, 4] }];
    },
  },
  sincos: {
    bytes: ([, , , rows, , count]) => 8 * rows! * (count! + 1),
    axes: ([, , , , , count]) => [{ counts: 3, grain: 64, steps: [4 * count!, 4 * count!, 8] }],
  },
  gather: {
    bytes: ([, , , rows, count]) => 8 * rows! * count!,
    axes: ([, , , , count]) => [{ counts: 3, grain: 4, steps: [4 * count!, 0, 4] }],
  },
  gatherAdd: {
    bytes: ([, , , , sharers, , , rows, count]) => 4 * (2 * sharers! + 1) * rows! * count!,
    axes([, , , , , sharerStep, indexStep, , count]) {
      return [
        { counts: 7, grain: 1, steps: [4 * count!, 4 * count!, 0, 4] },
        { counts: 4, grain: 4, steps: [sharerStep!, 0, 0, indexStep!] },
      ];
    },
  },
  slide: {
    bytes: ([, , rows, count]) => 8 * rows! * count!,
    axes: ([, , , count]) => [{ counts: 2, grain: 1, steps: [4 * count!, -4] }],
  },
  softmax: {
    bytes: ([, , rows, count]) => 8 * rows! * count!,
    axes: ([, , , count]) => [{ counts: 2, grain: 1, steps: [4 * count!, 4 * count!] }],
  },
  softmaxBiased: {
    bytes: ([, , , , rows, count]) => 12 * rows! * count!,
    axes: ([, , , step, , count]) => [{ counts: 4, grain: 1, steps: [4 * count!, 4 * count!, step!] }],
  },
  layerNorm: {
    bytes: ([, , , , rows, count]) => 8 * rows! * count!,
    axes: ([, , , , , count]) => [{ counts: 4, grain: 1, steps: [4 * count!, 4 * count!] }],
  },
};

export const kernelNames = Object.keys(divisions) as readonly KernelName[];

/** The arguments of calls that together do what one with `values` does, in any order: at most `most`, as alike as they can be. */
export function cut(name: KernelName, values: Arguments, most: number): Arguments[] {
  const [first, second] = divisions[name].axes(values);
  const parts = along(first, values, most);
  const each = Math.floor(most / parts.length);
  if (second === undefined || each < 2) return parts;
  return parts.flatMap((part) => along(second, part, each));
}

function along({ counts, grain, steps }: Axis, values: Arguments, most: number): Arguments[] {
  const all = values[counts]!;
  const size = Math.ceil(all / most / grain) * grain;
  const parts: Arguments[] = [];
  for (let from = 0; from < all; from += size) {
    parts.push(
      values.map((value, i) => (i === counts ? Math.min(size, all - from) : value + from * (steps[i] ?? 0))),
    );
  }
  return parts;
}
