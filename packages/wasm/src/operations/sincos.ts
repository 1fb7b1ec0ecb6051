import { checks, type Frequencies, fillSincos, isFrequencies, type NdArray, type SinCos } from "@posenc/core";
import { checkApart, checkArray, checkFloats, checkShape } from "../check-arrays.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { sincosPlain } from "../plain/sincos.ts";
import { type SplitFrequencies, splitFrequencies } from "../plain/split-frequencies.ts";

export type SincosInto = (
  out: SinCos<NdArray>,
  positions: NdArray,
  frequencies: Frequencies,
) => SinCos<NdArray>;

interface Waves {
  readonly sin: Float32Array;
  readonly cos: Float32Array;
  readonly split: SplitFrequencies;
  readonly amplitude: number;
}

/** So many positions in a row are worth the table that addition of angles needs. */
const RUN = 64;
/** Angles above are beyond the reduction's promise; core's is slower to lose its digits. */
const MOST = 2 ** 28;
/** Bounds the difference in float64 between addition of angles and the polynomials: four roundings of numbers up to 1 in each. */
const ERROR = 2 ** -50;
/** float64 planes that the kernels need: 3 of frequencies, 64 of the block, 4 to work in. */
const PLANES = 71;

export function sincosOn(arena: Arena): SincosInto {
  const { kernels, places, floats } = arena;
  const doubles = new Float64Array(arena.floats.buffer);

  return (out, positions, frequencies) => {
    checks.checkObject("sincos", "out", out);
    const { sin, cos } = out;
    checkArray(arena, "sincos", "positions", positions);
    checkFloats(arena, "sincos", "out.sin", sin);
    checkFloats(arena, "sincos", "out.cos", cos);
    if (!isFrequencies(frequencies)) {
      throw new TypeError(
        `sincos: frequencies must have high and low, two Float64Arrays, got ${checks.show(frequencies)}`,
      );
    }
    const { high, amplitude = 1, growth } = frequencies;
    const shape = [...positions.shape, high.length];
    checkShape("sincos", "out.sin", sin, shape);
    checkShape("sincos", "out.cos", cos, shape);
    checkApart("sincos", sin, "out.cos", cos, false);
    checkApart("sincos", sin, "positions", positions, false);
    checkApart("sincos", cos, "positions", positions, false);
    if (sin.data.length === 0) return out;

    const split = splitFrequencies(frequencies);
    const waves = { sin: sin.data, cos: cos.data, split, amplitude };
    if (growth !== undefined || !(furthest(positions.data) * split.most <= MOST)) {
      fillSincos(positions.data, frequencies, sin.data, cos.data);
    } else if (kernels === undefined || sin.data.length < SMALL) plain(waves, positions.data);
    else if (4 * split.count > CHUNK || !withWork(split, (work) => fill(waves, positions.data, work))) {
      plain(waves, positions.data);
    }
    return out;
  };

  /** @returns false where there is no room */
  function withWork({ plane }: SplitFrequencies, body: (address: number) => void): boolean {
    const bytes = PLANES * plane * 8;
    if (bytes > CHUNK) return arena.borrow(bytes, body);
    body(places[3]);
    return true;
  }

  function fill(waves: Waves, positions: NdArray["data"], frequencies: number): void {
    const { planes, plane, count } = waves.split;
    doubles.set(planes, frequencies >> 3);
    const block = frequencies + 3 * plane * 8;
    const work = block + 64 * plane * 8;
    const addresses = [arena.addressOf(waves.sin), arena.addressOf(waves.cos)] as const;
    let ready = false;
    for (let row = 0; row < positions.length; ) {
      const length = runLength(positions, row);
      if (length >= RUN && waves.amplitude !== 0) {
        if (!ready) kernels!.sincosBlock(block, frequencies, count);
        ready = true;
        run(row, length);
        row += length;
      } else {
        let end = row + length;
        while (end < positions.length) {
          const next = runLength(positions, end);
          if (next >= RUN && waves.amplitude !== 0) break;
          end += next;
        }
        scattered(row, end - row);
        row = end;
      }
    }

    function run(first: number, rows: number): void {
      const { amplitude } = waves;
      const error = ERROR * Math.abs(amplitude);
      intoChunks(first, rows, (sin, cos, row, depth) => {
        const position = positions[row]!;
        kernels!.sincosRun(sin, cos, position, depth, frequencies, count, amplitude, error, block, work);
      });
    }

    function scattered(first: number, rows: number): void {
      intoChunks(first, rows, (sin, cos, row, depth) => {
        doubles.set(positions.subarray(row, row + depth), places[2] >> 3);
        kernels!.sincosRows(sin, cos, places[2], depth, frequencies, count, waves.amplitude, work);
      });
    }

    /** Calls `body` with the addresses of rows of the results; those of ordinary arrays are copied out after it. */
    function intoChunks(
      first: number,
      rows: number,
      body: (sin: number, cos: number, row: number, depth: number) => void,
    ): void {
      const [sinAt, cosAt] = addresses;
      const most = Math.min(sinAt >= 0 && cosAt >= 0 ? CHUNK / 8 : Math.floor(CHUNK / 4 / count), CHUNK / 8);
      for (let row = first; row < first + rows; row += most) {
        const depth = Math.min(most, first + rows - row);
        const [start, length] = [row * count, depth * count];
        const sin = sinAt >= 0 ? sinAt + 4 * start : places[0];
        const cos = cosAt >= 0 ? cosAt + 4 * start : places[1];
        body(sin, cos, row, depth);
        if (sinAt < 0) waves.sin.set(floats.subarray(places[0] >> 2, (places[0] >> 2) + length), start);
        if (cosAt < 0) waves.cos.set(floats.subarray(places[1] >> 2, (places[1] >> 2) + length), start);
      }
    }
  }
}

function plain({ sin, cos, split, amplitude }: Waves, positions: NdArray["data"]): void {
  for (let row = 0; row < positions.length; row++) {
    sincosPlain(positions[row]!, split, amplitude, sin, cos, row * split.count);
  }
}

/** How many whole positions follow one upon the other from `first` on; at least 1. */
function runLength(positions: NdArray["data"], first: number): number {
  const start = positions[first]!;
  if (!Number.isInteger(start)) return 1;
  let length = 1;
  while (first + length < positions.length && positions[first + length] === start + length) length++;
  return length;
}

/** NaN where there is one. */
function furthest(positions: NdArray["data"]): number {
  let most = 0;
  for (let i = 0; i < positions.length; i++) {
    const distance = Math.abs(positions[i]!);
    if (!(distance <= most)) most = distance;
    if (Number.isNaN(most)) return most;
  }
  return most;
}
