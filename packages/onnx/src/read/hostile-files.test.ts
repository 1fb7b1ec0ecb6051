import fc from "fast-check";
import { expect, test } from "vitest";
import { ownFiles } from "./files.fixture.ts";
import { readModel } from "./read-model.ts";

const files = ownFiles();

type Mutation = (bytes: Uint8Array) => Uint8Array;

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const index = (part: number, bytes: Uint8Array) => Math.floor(part * bytes.length);
const changed = (bytes: Uint8Array, edit: (copy: Uint8Array) => void) => {
  const copy = bytes.slice();
  if (copy.length > 0) edit(copy);
  return copy;
};

const flip = fc.tuple(at, fc.nat(7)).map(
  ([place, bit]): Mutation =>
    (bytes) =>
      changed(bytes, (copy) => {
        copy[index(place, copy)]! ^= 1 << bit;
      }),
);

const overwrite = fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 12 })).map(
  ([place, piece]): Mutation =>
    (bytes) =>
      changed(bytes, (copy) => {
        const start = index(place, copy);
        copy.set(piece.subarray(0, copy.length - start), start);
      }),
);

const truncate = at.map(
  (place): Mutation =>
    (bytes) =>
      bytes.slice(0, index(place, bytes)),
);

const join = (...parts: Uint8Array[]) => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
};

/** A piece of the file, or of another one, put in at another place. */
const splice = fc.tuple(at, at, at, at, fc.nat(files.length - 1)).map(
  ([place, dropped, from, to, other]): Mutation =>
    (bytes) => {
      const source = files[other]!;
      const [start, end] = [index(from, source), index(to, source)].sort((a, b) => a - b) as [number, number];
      const cut = index(place, bytes);
      const rest = bytes.subarray(cut + Math.floor(dropped * Math.min(40, bytes.length - cut)));
      return join(bytes.subarray(0, cut), source.subarray(start, Math.min(end, start + 400)), rest);
    },
);

/** A length, or any other byte, becomes a number of up to ten bytes. */
const number = fc.tuple(at, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.boolean()).map(
  ([place, value, huge]): Mutation =>
    (bytes) => {
      const digits: number[] = [];
      for (let rest = huge ? value : value & 0x3fffn; digits.length === 0 || rest > 0n; rest >>= 7n)
        digits.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
      const cut = index(place, bytes);
      return join(bytes.subarray(0, cut), Uint8Array.from(digits), bytes.subarray(cut + 1));
    },
);

const mutation = fc.oneof(flip, flip, overwrite, truncate, splice, number);
const hostile = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .tuple(fc.constantFrom(...files), fc.array(mutation, { minLength: 1, maxLength: 4 }))
      .map(([bytes, mutations]) => mutations.reduce((result, mutate) => mutate(result), bytes)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
);

test("what this project writes is read", () => {
  for (const bytes of files) expect(readModel(bytes).graph!.node.length).toBeGreaterThan(0);
});

test("10,000 mutated files: each gives a model or a clear error", () => {
  const outcomes = { read: 0, refused: 0 };
  fc.assert(
    fc.property(hostile, (bytes) => {
      try {
        readModel(bytes);
        outcomes.read++;
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        expect((error as Error).message).toMatch(/^readModel: /);
        expect((error as Error).message).not.toMatch(/Maximum call stack|Invalid array length/);
        outcomes.refused++;
      }
    }),
    { numRuns: 10_000, seed: 4 },
  );
  expect(outcomes.read).toBeGreaterThan(100);
  expect(outcomes.refused).toBeGreaterThan(5000);
});
