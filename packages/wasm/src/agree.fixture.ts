import type { NdArray } from "@posenc/core";
import fc from "fast-check";
import { expectClose, expectSameBits, noise, type Place, place, put } from "./arrays.fixture.ts";
import { type Wasm, wasm } from "./wasm.ts";

export const simd = wasm({ maxBytes: 2 ** 27 });
export const plain = wasm({ maxBytes: 2 ** 27, simd: false });
export const seed = fc.integer({ min: 0, max: 1000 });
export const length = (max: number) => fc.integer({ min: 1, max });

/** `body` on copies of the arrays at `places`, and the last of those as `out`; results are copied out of the memory. */
function run(
  own: Wasm,
  arrays: NdArray[],
  places: Place[],
  body: (...arrays: NdArray[]) => NdArray,
): NdArray {
  return own.scope(() => {
    const { data, shape } = body(...arrays.map((x, i) => put(own, x, places[i % places.length]!)));
    return { data: data.slice(), shape };
  });
}

/** The same bits from both, at two choices of places; close to `reference`. */
export function agree(
  arrays: NdArray[],
  places: Place[],
  body: (own: Wasm, ...arrays: NdArray[]) => NdArray,
  reference: (...arrays: NdArray[]) => NdArray,
  tolerance?: number,
): void {
  const got = run(simd, arrays, places, (...all) => body(simd, ...all));
  expectSameBits(
    got,
    run(plain, arrays, ["outside"], (...all) => body(plain, ...all)),
  );
  expectSameBits(
    got,
    run(simd, arrays, ["memory"], (...all) => body(simd, ...all)),
  );
  expectClose(got, reference(...arrays), tolerance);
}

export const zeros = (shape: readonly number[]): NdArray => noise(0, shape, 0);
export const places = fc.array(place, { minLength: 4, maxLength: 4 });
