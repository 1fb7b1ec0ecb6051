import { checks, type Frequencies, fillSincos, isFrequencies, type NdArray, type SinCos } from "@posenc/core";
import { checkApart, checkArray, checkFloats, checkShape } from "../check-arrays.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { takeBack } from "../memory/staging.ts";
import { sincosPlain, type Waves } from "../plain/sincos.ts";
import { type SplitFrequencies, splitFrequencies } from "../plain/split-frequencies.ts";
import { rowsNearZero } from "./near-zeros.ts";
import { areConsecutive, ends } from "./positions.ts";

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
export const workBytes = (plane: number): number => 78 * 8 * plane;

const LINE = 64;
/** For so many positions it is faster to look for zeros first. */
const LONG = 2048;

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
    const { amplitude = 1, growth } = frequencies;
    const shape = [...positions.shape, frequencies.high.length];
    checkShape("sincos", "out.sin", sin, shape);
    checkShape("sincos", "out.cos", cos, shape);
    checkApart(arena, "sincos", sin, "out.cos", cos, false);
    checkApart(arena, "sincos", sin, "positions", positions, false);
    checkApart(arena, "sincos", cos, "positions", positions, false);
    if (sin.data.length === 0) return out;

    const split = splitFrequencies(frequencies);
    const least = Math.fround(LEAST * amplitude ** 2);
    const waves = { sin: sin.data, cos: cos.data, split, amplitude, least };
    const start = positions.data[0]!;
    const run = positions.data.length >= LONG && start >= 0 && areConsecutive(positions.data);
    const [low, high] = run ? [start, positions.data.at(-1)!] : ends(positions.data);
    if (growth !== undefined || !(Math.max(-low, high) * split.most <= MOST)) {
      fillSincos(positions.data, frequencies, sin.data, cos.data);
    } else if (kernels === undefined || sin.data.length < SMALL || 4 * split.count > CHUNK) {
      sincosPlain(waves, positions.data);
    } else {
      const rows = positions.data.length;
      const checked = run ? rowsNearZero(frequencies.high, 2 * LEAST, start, rows) : undefined;
      const done = withWork(split, (work) => fill(waves, positions.data, checked, work));
      if (!done) sincosPlain(waves, positions.data);
    }
    return out;
  };

  /** @returns false where there is no room */
  function withWork({ plane, planes }: SplitFrequencies, body: (address: number) => void): boolean {
    const bytes = LINE + planes.byteLength + workBytes(plane);
    if (bytes > CHUNK) return arena.borrow(bytes, body);
    body(places[3]);
    return true;
  }

  /**
   * A chunk of positions at a time; results in ordinary arrays are copied out after each.
   *
   * @param checked rows that may have a value near zero, if it is known that no others have; a check takes a sixth of the time
   */
  function fill(
    waves: Waves,
    positions: NdArray["data"],
    checked: Iterable<number> | undefined,
    frequencies: number,
  ): void {
    const { split, amplitude, least } = waves;
    const { planes, count } = split;
    doubles.set(planes, frequencies >> 3);
    const work = frequencies + Math.ceil(planes.byteLength / LINE) * LINE;
    const [sinAt, cosAt] = [arena.addressOf(waves.sin), arena.addressOf(waves.cos)];
    const most = sinAt >= 0 && cosAt >= 0 ? CHUNK / 8 : Math.min(Math.floor(CHUNK / 4 / count), CHUNK / 8);
    for (let row = 0; row < positions.length; row += most) {
      const depth = Math.min(most, positions.length - row);
      const [start, length] = [row * count, depth * count];
      const sin = sinAt >= 0 ? sinAt + 4 * start : places[0];
      const cos = cosAt >= 0 ? cosAt + 4 * start : places[1];
      doubles.set(positions.subarray(row, row + depth), places[2] >> 3);
      const sincos = (first: number, rows: number, least: number) => {
        const at = 4 * first * count;
        const given = places[2] + 8 * first;
        kernels!.sincos(sin + at, cos + at, given, rows, frequencies, count, amplitude, least, work);
      };
      sincos(0, depth, checked === undefined ? least : -1);
      for (const one of checked ?? []) if (one >= row && one < row + depth) sincos(one - row, 1, least);
      takeBack(arena, waves.sin, sinAt, start, length, places[0]);
      takeBack(arena, waves.cos, cosAt, start, length, places[1]);
    }
  }
}

export function checkFrequencies(frequencies: Frequencies): void {
  if (isFrequencies(frequencies) && frequencies.low?.length === frequencies.high.length) return;
  throw new TypeError(
    `sincos: frequencies must have high and low, two Float64Arrays of one length, got ${checks.show(frequencies)}`,
  );
}
