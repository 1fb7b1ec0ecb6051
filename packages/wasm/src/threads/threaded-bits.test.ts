/** Threads give the bits of one thread, however calls are cut and whoever does the parts. */
import {
  array,
  frequencies,
  type NdArray,
  type Pairing,
  plainTypedArrays,
  range,
  ropeFrequencies,
} from "@posenc/core";
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectSameBits, noise, type Place, place, put } from "../arrays.fixture.ts";
import { type Wasm, wasm } from "../wasm.ts";
import { threadedFrom, threadedWasm } from "./threaded-wasm.ts";
import { workersFirst } from "./workers-first.fixture.ts";

const maxBytes = 2 ** 25;
const single = wasm({ maxBytes });
/** Calls from so few bytes on are cut, so that small shapes are. */
const THRESHOLD = 256;
const several = await Promise.all([1, 2, 3].map((threads) => threadedFrom({ threads, maxBytes }, THRESHOLD)));
afterAll(() => {
  for (const each of several) each.close();
});

const seed = fc.integer({ min: 0, max: 1000 });
const length = (max: number) => fc.integer({ min: 1, max });
const places = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant<Place>("memory") }, place), {
  minLength: 4,
  maxLength: 4,
});

let done: ReturnType<typeof workersFirst>;
let turn = 0;
beforeEach(() => {
  done = workersFirst(() => [0, 0.3, 1][turn++ % 3]!);
});
afterEach(() => vi.restoreAllMocks());

type Body = (own: Wasm, ...arrays: NdArray[]) => NdArray | NdArray[];

/** What `body` makes of copies of the arrays at `places`. */
function run(own: Wasm, arrays: readonly NdArray[], places: readonly Place[], body: Body): NdArray[] {
  return own.scope(() => {
    const copies = arrays.map((x, i) => put(own, x, places[i % places.length]!));
    return [body(own, ...copies)].flat().map(({ data, shape }) => ({ data: data.slice(), shape }));
  });
}

function agree(arrays: readonly NdArray[], places: readonly Place[], body: Body): void {
  const wanted = run(single, arrays, ["memory"], body);
  for (const own of several) {
    const got = run(own, arrays, places, body);
    expect(got.length).toBe(wanted.length);
    for (const [i, each] of got.entries()) expectSameBits(each, wanted[i]!);
  }
}

const zeros = (shape: readonly number[]): NdArray => noise(0, shape, 0);

test("rotate", () => {
  const lead = fc.array(length(9), { minLength: 1, maxLength: 3 });
  const repeated = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
  const half = fc.oneof(length(9), fc.constantFrom(16, 32));
  const pairing = fc.constantFrom<Pairing>("halves", "interleaved");
  fc.assert(
    fc.property(
      ...([seed, lead, half, length(6), pairing, repeated, places, fc.boolean()] as const),
      (seed, lead, half, rest, pairing, repeated, places, inPlace) => {
        const dim = 2 * half + rest - 1;
        const layout = { pairing, dim, rotaryDim: 2 * half };
        const turns = lead.map((n, i) => (repeated[i] ? 1 : n));
        const [sin, cos] = [noise(seed + 1, [...turns, half]), noise(seed + 2, [...turns, half])];
        agree(
          [noise(seed, [...lead, dim]), sin, cos, zeros([...lead, dim])],
          places,
          (own, x, sin, cos, out) =>
            own.rotateInto(inPlace ? x! : out!, x!, { sin: sin!, cos: cos! }, layout),
        );
      },
    ),
    { numRuns: 150 },
  );
  expect(done().theirs).toBeGreaterThan(100);
});

test("sincos: whole positions, far ones, fractions", () => {
  const position = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 24 }),
    fc.integer({ min: -200, max: 200 }),
    fc.float({ min: -1000, max: 1000, noNaN: true }),
  );
  const positions = fc.oneof(
    fc.array(position, { minLength: 1, maxLength: 300 }).map((all) => array(Float32Array.from(all))),
    fc
      .tuple(fc.integer({ min: 0, max: 2 ** 24 }), length(500))
      .map(([first, n]) => array(Int32Array.from({ length: n }, (_, i) => first + i))),
  );
  fc.assert(
    fc.property(
      positions,
      length(40),
      fc.constantFrom(1, 0.8),
      places,
      (positions, count, amplitude, places) => {
        const waves = {
          ...frequencies(Float64Array.from({ length: count }, (_, i) => 9000 ** (-i / count))),
          amplitude,
        };
        const shape = [positions.data.length, count];
        agree([positions, zeros(shape), zeros(shape)], places, (own, positions, sin, cos) => {
          own.sincosInto({ sin: sin!, cos: cos! }, positions!, waves);
          return [sin!, cos!];
        });
      },
    ),
    { numRuns: 100 },
  );
  expect(done().theirs).toBeGreaterThan(50);
});

test("add, broadcast", () => {
  const shape = fc.array(length(12), { minLength: 0, maxLength: 4 });
  const repeated = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(seed, shape, repeated, repeated, places, (seed, shape, one, other, places) => {
      const shapeOf = (repeated: boolean[]) => shape.map((n, i) => (repeated[i] ? 1 : n));
      const a = noise(seed, shapeOf(one.map((x, i) => x && !other[i])));
      const b = noise(seed + 1, shapeOf(other));
      const result = plainTypedArrays.add(a, b);
      agree([a, b, zeros(result.shape)], places, (own, a, b, out) => own.addInto(out!, a!, b!));
    }),
    { numRuns: 200 },
  );
  expect(done().theirs).toBeGreaterThan(100);
});

test("add in place, few and long rows", () => {
  for (const [a, b] of [
    [[1000], [1000]],
    [[1001], [1]],
    [[3, 1000], [1000]],
    [
      [3, 1001],
      [3, 1],
    ],
    [
      [7, 301],
      [7, 1],
    ],
  ] as const) {
    agree([noise(1, a), noise(2, b)], ["memory"], (own, a, b) => own.addInto(a!, a!, b!));
  }
  expect(done().theirs).toBeGreaterThan(10);
});

test("gather, gatherAdd", () => {
  const kind = fc.constantFrom("gather", "gatherAdd", "in place", "shared");
  const sizes = fc.tuple(length(20), length(7), length(20), fc.oneof(length(50), fc.constantFrom(16, 32)));
  fc.assert(
    fc.property(seed, sizes, places, kind, (seed, [rows, batch, count, width], places, kind) => {
      const all = Int32Array.from({ length: batch * count }, (_, i) => (i * 7 + seed) % rows);
      const shape = [batch, count, width];
      const x = noise(seed + 1, kind === "shared" ? shape.slice(1) : shape);
      agree(
        [noise(seed, [rows, width]), array(all, [batch, count]), x, zeros(shape)],
        places,
        (own, table, indices, x, out) => {
          if (kind === "gather") return own.gatherInto(out!, table!, indices!);
          return own.gatherAddInto(kind === "in place" ? x! : out!, x!, table!, indices!);
        },
      );
    }),
    { numRuns: 200 },
  );
  expect(done().theirs).toBeGreaterThan(100);
});

test("softmax, with a bias and without", () => {
  const shape = fc.tuple(length(3), length(3), length(9), length(40));
  const bias = fc.constantFrom("none", "all", "heads", "queries");
  fc.assert(
    fc.property(seed, shape, bias, fc.boolean(), places, (seed, [b, h, q, k], kind, inPlace, places) => {
      const biasShape = { none: [1], all: [b, h, q, k], heads: [h, q, k], queries: [b, 1, 1, k] }[kind];
      agree(
        [noise(seed, [b, h, q, k], 5), noise(seed + 1, biasShape, 9), zeros([b, h, q, k])],
        places,
        (own, x, bias, out) => own.softmaxInto(inPlace ? x! : out!, x!, kind === "none" ? undefined : bias),
      );
    }),
    { numRuns: 100 },
  );
  expect(done().theirs).toBeGreaterThan(50);
});

test("layerNorm", () => {
  fc.assert(
    fc.property(seed, length(30), length(70), fc.boolean(), places, (seed, rows, count, inPlace, places) => {
      const arrays = [noise(seed, [rows, count], 3), noise(seed + 1, [count]), noise(seed + 2, [count])];
      agree([...arrays, zeros([rows, count])], places, (own, x, gain, bias, out) =>
        own.layerNormInto(inPlace ? x! : out!, x!, gain!, bias!),
      );
    }),
    { numRuns: 100 },
  );
  expect(done().theirs).toBeGreaterThan(50);
});

test("ALiBi", () => {
  fc.assert(
    fc.property(length(3), length(40), length(40), places, (heads, q, k, places) => {
      const slopes = Float32Array.from({ length: heads }, (_, i) => 2 ** -(i + 1));
      agree([zeros([heads, q, k])], places, (own, out) =>
        own.alibiInto(out!, { left: slopes, right: slopes }, range(q, k), range(k)),
      );
    }),
    { numRuns: 50 },
  );
  expect(done().theirs).toBeGreaterThan(20);
});

describe("above 8 MiB, as it comes", async () => {
  const own = await threadedWasm({ threads: 2, maxBytes: 2 ** 28 });
  const one = wasm({ maxBytes: 2 ** 28 });
  afterAll(() => own.close());

  test.each<[string, readonly number[], Body]>([
    [
      "rotate",
      [2, 33, 127, 130],
      (own, x) => {
        const positions = own.tensor([127], range(127).data);
        const turn = own.sincos(positions, ropeFrequencies({ dim: 128, base: 10_000 }).frequencies);
        return own.rotate(x!, turn, { pairing: "halves", dim: 130, rotaryDim: 128 });
      },
    ],
    ["add", [5, 700_001], (own, x) => own.addInto(x!, x!, own.tensor([1], Float32Array.of(0.3)))],
    [
      "sincos",
      [17_001],
      (own, x) => {
        const { sin, cos } = own.sincos(x!, ropeFrequencies({ dim: 128, base: 10_000 }).frequencies);
        return [sin, cos];
      },
    ],
  ])("%s", (_, shape, body) => {
    const x = noise(1, shape, 1000);
    const [got, wanted] = [own, one].map((device) => run(device, [x], ["memory"], body));
    for (const [i, each] of got!.entries()) expectSameBits(each, wanted![i]!);
    const { mine, theirs } = done();
    expect(mine + theirs).toBeGreaterThan(1);
  });

  test("below, one thread does it", () => {
    run(own, [noise(1, [600_000])], ["memory"], (own, x) => own.add(x!, x!)); // 7.2 MB are read and written
    expect(done()).toEqual({ mine: 0, theirs: 0 });
  });
});
