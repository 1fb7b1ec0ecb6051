/** SIMD and JavaScript give the same bits, wherever the arrays lie; and both what core's bodies give. */
import { array, frequencies, type NdArray, type Pairing, plainTypedArrays, type SinCos } from "@posenc/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { agree, length, places, plain, seed, simd, zeros } from "./agree.fixture.ts";
import { expectSameBits, noise } from "./arrays.fixture.ts";

test("SIMD runs here", () => {
  expect(simd.simd).toBe(true);
  expect(plain.simd).toBe(false);
});

test("rotate", () => {
  const lead = fc.array(length(9), { minLength: 1, maxLength: 3 });
  const half = fc.oneof(length(9), fc.constantFrom(16, 32, 64, 128));
  const pairing = fc.constantFrom<Pairing>("halves", "interleaved");
  const repeated = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
  const inPlace = fc.boolean();
  fc.assert(
    fc.property(
      ...([seed, lead, half, length(6), pairing, repeated, places, inPlace] as const),
      (seed, lead, half, rest, pairing, repeated, places, inPlace) => {
        const dim = 2 * half + rest - 1;
        const layout = { pairing, dim, rotaryDim: 2 * half };
        const turns = lead.map((n, i) => (repeated[i] ? 1 : n));
        while (turns[0] === 1 && turns.length > 1) turns.shift();
        const angles = noise(seed + 1, [...turns, half], 3);
        const table = (f: (x: number) => number) => array(Float32Array.from(angles.data, f), angles.shape);
        agree(
          [noise(seed, [...lead, dim]), table(Math.sin), table(Math.cos), zeros([...lead, dim])],
          places,
          (own, x, sin, cos, out) =>
            own.rotateInto(inPlace ? x! : out!, x!, { sin: sin!, cos: cos! }, layout),
          (x, sin, cos) => plainTypedArrays.rotate(x!, { sin: sin!, cos: cos! }, layout),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("rotate, shapes and layouts in turn", () => {
  const shapes: [x: number[], turns: number[]][] = [
    [
      [2, 6, 1, 8],
      [2, 1, 1, 3],
    ],
    [
      [2, 2, 3, 8],
      [2, 1, 3, 3],
    ],
    [[6, 2, 8], [3]],
    [
      [6, 2, 8],
      [2, 3],
    ],
    [
      [2, 6, 1, 8],
      [6, 1, 3],
    ],
    [
      [12, 8],
      [12, 3],
    ],
  ];
  for (let i = 0; i < 40; i++) {
    const [x, turns] = shapes[((i * i) % 7) % shapes.length]!;
    const layout = { pairing: i % 3 === 0 ? "halves" : "interleaved", dim: 8, rotaryDim: 6 } as const;
    agree(
      [noise(i, x), noise(i + 1, turns), noise(i + 2, turns), zeros(x)],
      ["memory"],
      (own, x, sin, cos, out) => own.rotateInto(out!, x!, { sin: sin!, cos: cos! }, layout),
      (x, sin, cos) => plainTypedArrays.rotate(x!, { sin: sin!, cos: cos! }, layout),
      2e-6,
    );
  }
});

test("rotate, more than a chunk", () => {
  for (const pairing of ["halves", "interleaved"] as const) {
    for (const [x, turns] of [
      [
        [5, 3000, 64],
        [3000, 32],
      ],
      [
        [3, 2, 700, 64],
        [3, 1, 700, 32],
      ],
      [
        [2, 300, 7, 64],
        [300, 1, 32],
      ],
      [
        [3, 2100, 64],
        [3, 1, 32],
      ],
      [
        [3, 2, 70_000],
        [2, 32],
      ],
    ] as const) {
      const layout = { pairing, dim: x.at(-1)!, rotaryDim: 64 };
      agree(
        [noise(1, x), noise(2, turns), noise(3, turns), zeros(x)],
        ["outside"],
        (own, x, sin, cos, out) => own.rotateInto(out!, x!, { sin: sin!, cos: cos! }, layout),
        (x, sin, cos) => plainTypedArrays.rotate(x!, { sin: sin!, cos: cos! }, layout),
        2e-6,
      );
    }
  }
});

test("rotate, so much that ways to do it are tried", () => {
  const [x, turns] = [noise(1, [35, 1200, 64]), noise(2, [1200, 32])];
  for (const pairing of ["halves", "interleaved"] as const) {
    const layout = { pairing, dim: 64, rotaryDim: 64 };
    const want = plain.rotate(x, { sin: turns, cos: turns }, layout);
    simd.scope(() => {
      const [given, turn, out] = [
        simd.tensor(x.shape, x.data),
        simd.tensor(turns.shape, turns.data),
        simd.tensor(x.shape),
      ];
      for (let i = 0; i < 8; i++) {
        expectSameBits(simd.rotateInto(out, given, { sin: turn, cos: turn }, layout), want);
        out.data.fill(0);
      }
      expectSameBits(simd.rotateInto(given, given, { sin: turn, cos: turn }, layout), want);
    });
  }
});

test("add", () => {
  const shape = fc.array(length(12), { minLength: 0, maxLength: 4 });
  const repeated = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      seed,
      shape,
      repeated,
      repeated,
      length(4),
      places,
      (seed, shape, one, other, cut, places) => {
        const shapeOf = (repeated: boolean[]) => shape.map((n, i) => (repeated[i] ? 1 : n));
        const a = noise(seed, shapeOf(one.map((x, i) => x && !other[i])));
        const b = noise(seed + 1, shapeOf(other).slice(other.slice(0, cut).every(Boolean) ? cut : 0));
        const result = plainTypedArrays.add(a, b);
        agree(
          [a, b, zeros(result.shape)],
          places,
          (own, a, b, out) => own.addInto(out!, a!, b!),
          (a, b) => plainTypedArrays.add(a!, b!),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("add, more than a tile", () => {
  for (const [a, b] of [
    [[3, 9000], [9000]],
    [[9000], [3, 9000]],
    [[40, 300], [300]],
    [
      [40, 300],
      [40, 1],
    ],
    [
      [40, 300],
      [2, 40, 300],
    ],
    [
      [2, 1, 3000],
      [2, 3, 3000],
    ],
    [
      [1, 3000],
      [3000, 1],
    ],
  ] as const) {
    const result = plainTypedArrays.add(noise(1, a), noise(2, b));
    agree(
      [noise(1, a), noise(2, b), zeros(result.shape)],
      ["outside"],
      (own, a, b, out) => own.addInto(out!, a!, b!),
      (a, b) => plainTypedArrays.add(a!, b!),
    );
  }
});

test("softmax, with a bias and without", () => {
  const shape = fc.tuple(length(3), length(3), length(6), length(40));
  const bias = fc.constantFrom("none", "all", "heads", "queries");
  fc.assert(
    fc.property(seed, shape, bias, fc.boolean(), places, (seed, [b, h, q, k], kind, inPlace, places) => {
      const biasShape = { none: [1], all: [b, h, q, k], heads: [h, q, k], queries: [b, 1, 1, k] }[kind];
      agree(
        [noise(seed, [b, h, q, k], 5), noise(seed + 1, biasShape, 9), zeros([b, h, q, k])],
        places,
        (own, x, bias, out) => own.softmaxInto(inPlace ? x! : out!, x!, kind === "none" ? undefined : bias),
        (x, bias) => plainTypedArrays.softmax(kind === "none" ? x! : plainTypedArrays.add(x!, bias!)),
      );
    }),
    { numRuns: 300 },
  );
});

test("softmax of what is masked, of one value, of a long row", () => {
  const masked = array(
    Float32Array.from({ length: 70 }, (_, i) => (i % 3 === 0 ? -1e9 : i / 10)),
    [1, 70],
  );
  const infinite = array(
    Float32Array.from({ length: 70 }, (_, i) => (i % 3 === 0 ? -Infinity : i / 10)),
    [1, 70],
  );
  for (const x of [masked, infinite, noise(1, [80, 1]), noise(2, [2, 100_000]), noise(3, [300, 1000], 20)]) {
    agree(
      [x, zeros(x.shape)],
      ["outside"],
      (own, x, out) => own.softmaxInto(out!, x!),
      (x) => plainTypedArrays.softmax(x!),
    );
  }
});

test("layerNorm", () => {
  fc.assert(
    fc.property(seed, length(9), length(70), fc.boolean(), places, (seed, rows, count, inPlace, places) => {
      agree(
        [
          noise(seed, [rows, count], 3),
          noise(seed + 1, [count]),
          noise(seed + 2, [count]),
          zeros([rows, count]),
        ],
        places,
        (own, x, gain, bias, out) => own.layerNormInto(inPlace ? x! : out!, x!, gain!, bias!),
        (x, gain, bias) => plainTypedArrays.layerNorm(x!, gain!, bias!),
        3e-6,
      );
    }),
    { numRuns: 200 },
  );
});

test("sincos", () => {
  const position = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 24 }),
    fc.integer({ min: -200, max: 200 }),
    fc.float({ min: -1000, max: 1000, noNaN: true }),
  );
  const amplitude = fc.constantFrom(1, 0.8, -1.3);
  const positions = fc.oneof(
    fc.array(position, { minLength: 1, maxLength: 40 }).map((all) => array(Float32Array.from(all))),
    fc // some of a row's mirror images there, some not
      .array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 80 })
      .map((steps) =>
        array(Int32Array.from(steps, (step, i) => 64 * (i >> 6) + (i & 63) - 32 + (step >> 1))),
      ),
    fc
      .tuple(fc.integer({ min: 0, max: 2 ** 24 }), length(300))
      .map(([first, n]) => array(Int32Array.from({ length: n }, (_, i) => first + i))),
  );
  fc.assert(
    fc.property(positions, length(40), amplitude, places, (positions, count, amplitude, places) => {
      const waves = {
        ...frequencies(Float64Array.from({ length: count }, (_, i) => 9000 ** (-i / count))),
        amplitude,
      };
      for (const name of ["sin", "cos"] as const) {
        const shape = [positions.data.length, count];
        agree(
          [positions, zeros(shape), zeros(shape)],
          places,
          (own, positions, sin, cos) => own.sincosInto({ sin: sin!, cos: cos! }, positions!, waves)[name],
          (positions) => plainTypedArrays.exactSincos(positions!, waves)[name],
          2e-7,
        );
      }
    }),
    { numRuns: 200 },
  );
});

test("sincos of a long run of positions, near zeros and far from them", () => {
  const most = fc.constantFrom(5, 8, 12, 64);
  const nearZeros = fc
    .tuple(fc.integer({ min: 1, max: 3000 }), most)
    .map(([n, count]) => Float64Array.from({ length: count }, (_, i) => Math.PI / n / (i + 1)));
  const usual = fc
    .tuple(fc.double({ min: 1.5, max: 1e7, noNaN: true }), most)
    .map(([base, count]) => Float64Array.from({ length: count }, (_, i) => base ** (-i / count)));
  const still = most.map((count) => new Float64Array(count));
  const start = fc.oneof(fc.constantFrom(-70, 0, 1), fc.integer({ min: 0, max: 2 ** 24 }));
  const run = fc.tuple(start, fc.integer({ min: 2048, max: 9000 }));
  const amplitude = fc.constantFrom(1, 0, 1e-30, 0.8, -1.3);
  fc.assert(
    fc.property(
      fc.oneof(nearZeros, usual, still),
      run,
      amplitude,
      fc.boolean(),
      (waves, [first, rows], amplitude, inside) => {
        const given = { ...frequencies(waves), amplitude };
        const positions = array(Int32Array.from({ length: rows }, (_, i) => first + i));
        const own = inside ? simd.tensor([rows], positions.data) : positions;
        const [got, want] = [simd.sincos(own, given), plain.sincos(positions, given)];
        expectSameBits(got.sin, want.sin);
        expectSameBits(got.cos, want.cos);
        if (inside) for (const x of [own, got.sin, got.cos]) simd.free(x);
      },
    ),
    { numRuns: 60 },
  );
});

test("sincos of a position does not depend on its neighbours, nor on chunks", () => {
  const waves = frequencies(Float64Array.from({ length: 64 }, (_, i) => 10_000 ** (-i / 64)));
  const first = 2 ** 24 - 5000;
  const all = simd.sincos(array(Int32Array.from({ length: 5000 }, (_, i) => first + i)), waves);
  for (const row of [0, 1, 63, 64, 2047, 2048, 4999]) {
    const one = simd.sincos(array(Int32Array.of(first + row)), waves);
    for (const name of ["sin", "cos"] as const) {
      expectSameBits(one[name], array(all[name].data.slice(row * 64, (row + 1) * 64), [1, 64]));
    }
  }
});

test("angles beyond the reduction, and waves that grow, are core's", () => {
  const positions = array(Float32Array.of(1e30, -3e12, 5));
  const many = { ...frequencies(Float64Array.from({ length: 40 }, (_, i) => i + 1)) };
  const growing = { ...many, growth: { rates: new Float64Array(40).fill(0.01), centre: 2 } };
  const turns: [SinCos<NdArray>, SinCos<NdArray>][] = [
    [simd.sincos(positions, many), plainTypedArrays.exactSincos(positions, many)],
    [
      simd.sincos(array(Int32Array.of(1, 2)), growing),
      plainTypedArrays.exactSincos(array(Int32Array.of(1, 2)), growing),
    ],
  ];
  for (const [got, want] of turns) {
    expectSameBits(got.sin, want.sin);
    expectSameBits(got.cos, want.cos);
  }
});
