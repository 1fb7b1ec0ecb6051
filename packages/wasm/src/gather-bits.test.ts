/** As in bits.test.ts, for what takes rows of a table. */
import { array, plainTypedArrays } from "@posenc/core";
import fc from "fast-check";
import { test } from "vitest";
import { agree, length, places, seed, zeros } from "./agree.fixture.ts";
import { noise } from "./arrays.fixture.ts";

test("gather, gatherAdd", () => {
  fc.assert(
    fc.property(
      seed,
      length(20),
      length(40),
      length(70),
      places,
      fc.boolean(),
      (seed, rows, count, width, places, add) => {
        const table = noise(seed, [rows, width]);
        const indices = array(Int32Array.from({ length: count }, (_, i) => (i * 7 + seed) % rows));
        const x = noise(seed + 1, [count, width]);
        agree(
          [table, indices, x, zeros([count, width])],
          places,
          (own, table, indices, x, out) =>
            add ? own.gatherAddInto(out!, x!, table!, indices!) : own.gatherInto(out!, table!, indices!),
          (table, indices, x) => {
            const rows = plainTypedArrays.gather(table!, indices!);
            return add ? plainTypedArrays.add(x!, rows) : rows;
          },
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("gatherAdd, broadcast", () => {
  const shapes = fc.constantFrom<(n: { b: number; l: number; d: number; e: number }) => number[]>(
    ({ l, d, e }) => [l, d, e],
    ({ l, d, e }) => [1, l, d, e],
    ({ d, e }) => [d, e],
    ({ e }) => [e],
    () => [],
    ({ b, d, e }) => [b, 1, d, e],
    ({ l }) => [l, 1, 1],
  );
  fc.assert(
    fc.property(
      seed,
      length(5),
      length(9),
      length(6),
      length(9),
      shapes,
      places,
      (seed, b, l, d, e, shape, places) => {
        const indices = Int32Array.from({ length: b * l }, (_, i) => (i * 7 + seed) % 11);
        agree(
          [
            noise(seed, [11, d, e]),
            array(indices, [b, l]),
            noise(seed + 1, shape({ b, l, d, e })),
            zeros([b, l, d, e]),
          ],
          places,
          (own, table, indices, x, out) => own.gatherAddInto(out!, x!, table!, indices!),
          (table, indices, x) => plainTypedArrays.add(x!, plainTypedArrays.gather(table!, indices!)),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test.each([
  ["", [700, 512]],
  [", broadcast", [350, 512]],
])("gatherAdd, more than a chunk%s", (_, shape) => {
  const indices = Int32Array.from({ length: 700 }, (_, i) => (i * 7) % 50);
  agree(
    [
      noise(1, [50, 512]),
      array(indices, [700 / shape[0]!, shape[0]!]),
      noise(2, shape),
      zeros([700 / shape[0]!, shape[0]!, 512]),
    ],
    ["outside"],
    (own, table, indices, x, out) => own.gatherAddInto(out!, x!, table!, indices!),
    (table, indices, x) => plainTypedArrays.add(x!, plainTypedArrays.gather(table!, indices!)),
  );
});
