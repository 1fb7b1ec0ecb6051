import { checks, type Frequencies, fillSincos, isFrequencies, type NdArray, type SinCos } from "@posenc/core";
import { checkApart, checkArray, checkFloats, checkShape } from "../check-arrays.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { sincosPlain, type Waves } from "../plain/sincos.ts";
import { type SplitFrequencies, splitFrequencies } from "../plain/split-frequencies.ts";

export type SincosInto = (
  out: SinCos<NdArray>,
  positions: NdArray,
  frequencies: Frequencies,
) => SinCos<NdArray>;

/** Angles above are beyond the promise of the kernel's reduction; core's loses its digits more slowly. */
const MOST = 2 ** 28;
/** Addition of angles is off by 2^-49 at most, so what is above this keeps the 24 bits of float32 and three more. */
const LEAST = 2 ** -22;

/** What the kernel needs to work in, in bytes, for frequencies in planes of so many numbers. */
export const workBytes = (plane: number): number => 102 * 8 * plane + 192;

/** So many numbers are copied faster one by one. */
const FEW = 32;

export function sincosOn(arena: Arena): SincosInto {
  const { kernels, places, floats } = arena;
  const doubles = new Float64Array(floats.buffer);

  return (out, positions, frequencies) => {
    checks.checkObject("sincos", "out", out);
    const { sin, cos } = out;
    checkArray(arena, "sincos", "positions", positions);
    checkFloats(arena, "sincos", "out.sin", sin);
    checkFloats(arena, "sincos", "out.cos", cos);
    checkFrequencies(frequencies);
    const { high, amplitude = 1, growth } = frequencies;
    const shape = [...positions.shape, high.length];
    checkShape("sincos", "out.sin", sin, shape);
    checkShape("sincos", "out.cos", cos, shape);
    checkApart(arena, "sincos", sin, "out.cos", cos, false);
    checkApart(arena, "sincos", sin, "positions", positions, false);
    checkApart(arena, "sincos", cos, "positions", positions, false);
    if (sin.data.length === 0) return out;

    const split = splitFrequencies(frequencies);
    const least = Math.fround(LEAST * amplitude ** 2);
    const waves = { sin: sin.data, cos: cos.data, split, amplitude, least };
    if (growth !== undefined || !(furthest(positions.data) * split.most <= MOST)) {
      fillSincos(positions.data, frequencies, sin.data, cos.data);
    } else if (kernels === undefined || sin.data.length < SMALL || 4 * split.count > CHUNK) {
      sincosPlain(waves, positions.data);
    } else if (!withWork(split, (work) => fill(waves, positions.data, work))) {
      sincosPlain(waves, positions.data);
    }
    return out;
  };

  /** @returns false where there is no room */
  function withWork({ plane }: SplitFrequencies, body: (address: number) => void): boolean {
    const bytes = 3 * plane * 8 + workBytes(plane);
    if (bytes > CHUNK) return arena.borrow(bytes, body);
    body(places[3]);
    return true;
  }

  /** A chunk of positions at a time; results in ordinary arrays are copied out after each. */
  function fill(waves: Waves, positions: NdArray["data"], frequencies: number): void {
    const { split, amplitude, least } = waves;
    const { planes, plane, count } = split;
    doubles.set(planes, frequencies >> 3);
    const work = frequencies + 3 * plane * 8;
    const [sinAt, cosAt] = [arena.addressOf(waves.sin), arena.addressOf(waves.cos)];
    const most = sinAt >= 0 && cosAt >= 0 ? CHUNK / 8 : Math.min(Math.floor(CHUNK / 4 / count), CHUNK / 8);
    for (let row = 0; row < positions.length; row += most) {
      const depth = Math.min(most, positions.length - row);
      const [start, length] = [row * count, depth * count];
      const sin = sinAt >= 0 ? sinAt + 4 * start : places[0];
      const cos = cosAt >= 0 ? cosAt + 4 * start : places[1];
      const own = places[2] >> 3;
      if (depth > FEW) doubles.set(positions.subarray(row, row + depth), own);
      else for (let k = 0; k < depth; k++) doubles[own + k] = positions[row + k]!;
      kernels!.sincos(sin, cos, places[2], depth, frequencies, count, amplitude, least, work);
      if (sinAt < 0) waves.sin.set(floats.subarray(places[0] >> 2, (places[0] >> 2) + length), start);
      if (cosAt < 0) waves.cos.set(floats.subarray(places[1] >> 2, (places[1] >> 2) + length), start);
    }
  }
}

export function checkFrequencies(frequencies: Frequencies): void {
  if (isFrequencies(frequencies) && frequencies.low?.length === frequencies.high.length) return;
  throw new TypeError(
    `sincos: frequencies must have high and low, two Float64Arrays of one length, got ${checks.show(frequencies)}`,
  );
}

/** NaN where there is one. */
function furthest(positions: NdArray["data"]): number {
  if (positions instanceof Int32Array) return furthestWhole(positions);
  let most = 0;
  for (let i = 0; i < positions.length; i++) {
    const distance = Math.abs(positions[i]!);
    if (!(distance <= most)) most = distance;
    if (Number.isNaN(most)) return most;
  }
  return most;
}

/** The same, faster where all are integers. */
function furthestWhole(positions: Int32Array): number {
  let [low, high] = [0, 0];
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (position > high) high = position;
    else if (position < low) low = position;
  }
  return Math.max(high, -low);
}
