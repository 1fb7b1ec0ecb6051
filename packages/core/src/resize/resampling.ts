export type ResizeMode = "nearest" | "nearest-exact" | "linear" | "cubic";

export interface Resampling {
  /** Length before. */
  readonly from: number;
  /** Length after. */
  readonly to: number;
  readonly mode: ResizeMode;
  readonly alignCorners: boolean;
  readonly antialias: boolean;
  /** New places for each old one, where it is not to / from. */
  readonly scale?: number;
}

/** A place of the result: which places of the source, and how much of each. */
export interface Mix {
  readonly indices: readonly number[];
  readonly weights: readonly number[];
}

/** For each place of the result along one axis, its weights, as PyTorch's `interpolate` has them. */
export function resampling(axis: Resampling): Mix[] {
  const { from, to, mode, antialias } = axis;
  const step = stepOf(axis);
  const place = antialias ? blurred[mode as "linear" | "cubic"] : plain[mode];
  return Array.from({ length: to }, (_, i) => place(i, step, from, axis.alignCorners));
}

/** Old places for each new one. */
function stepOf({ from, to, alignCorners, scale }: Resampling): number {
  if (alignCorners) return to === 1 ? 0 : (from - 1) / (to - 1);
  return scale === undefined ? from / to : 1 / scale;
}

type Place = (i: number, step: number, from: number, aligned: boolean) => Mix;

const clamp = (index: number, length: number): number => Math.min(Math.max(index, 0), length - 1);
const source = (i: number, step: number, aligned: boolean): number =>
  aligned ? i * step : (i + 0.5) * step - 0.5;

const plain: Record<ResizeMode, Place> = {
  nearest: (i, step, from) => ({ indices: [clamp(Math.floor(i * step), from)], weights: [1] }),
  "nearest-exact": (i, step, from) => ({
    indices: [clamp(Math.floor((i + 0.5) * step), from)],
    weights: [1],
  }),
  linear(i, step, from, aligned) {
    const at = clamp(source(i, step, aligned), from);
    const left = Math.floor(at);
    return { indices: [left, clamp(left + 1, from)], weights: [1 - (at - left), at - left] };
  },
  cubic(i, step, from, aligned) {
    const at = source(i, step, aligned);
    const left = Math.floor(at);
    const around = [left - 1, left, left + 1, left + 2];
    return {
      indices: around.map((index) => clamp(index, from)),
      weights: around.map((index) => keys(at - index, -0.75)),
    };
  },
};

const blurred: Record<"linear" | "cubic", Place> = {
  linear: blur(1, (x) => Math.max(1 - Math.abs(x), 0)),
  cubic: blur(2, (x) => keys(x, -0.5)),
};

/** A filter that is as wide as the step where the table shrinks; what lies outside the table is left out. */
function blur(reach: number, filter: (x: number) => number): Place {
  return (i, step, from) => {
    const width = Math.max(step, 1);
    const centre = step * (i + 0.5);
    const first = Math.max(Math.trunc(centre - reach * width + 0.5), 0);
    const end = Math.min(Math.trunc(centre + reach * width + 0.5), from);
    const indices = Array.from({ length: end - first }, (_, k) => first + k);
    const weights = indices.map((index) => filter((index - centre + 0.5) / width));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { indices, weights: weights.map((weight) => weight / sum) };
  };
}

/** The cubic convolution kernel (Keys, 1981); a is its slope at 1. */
function keys(x: number, a: number): number {
  const t = Math.abs(x);
  if (t >= 2) return 0;
  return t <= 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : a * (((t - 5) * t + 8) * t - 4);
}
