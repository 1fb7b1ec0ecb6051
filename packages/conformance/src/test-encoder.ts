import { array, type Encoder, type NdArray, type RotaryEncoder } from "@posenc/core";
import { describe, expect, test } from "vitest";
import { type Call, encode, inputsOf, limitOf, positionsFrom, shapesOf } from "./applications.ts";
import type { Device } from "./device.ts";
import { expectClose, expectRowsClose, expectWithin, floats, norms } from "./expect.ts";
import { typedArrayDevices } from "./typed-array-devices.ts";

const LENGTHS = [1, 3, 7];
/** Far enough that float32 angles would be off by more than the tolerance. */
const FAR = 100_000;

/**
 * Registers tests of one encoder on `device`: the values of the typed arrays to 1e-6, the promised shapes, and
 * that what stands at a position depends on nothing but the position.
 */
export function testEncoder(encoder: Encoder, device: Device): void {
  const { name, options, positions: { real = false } = {} } = encoder;
  const below = limitOf(encoder);
  const lengths = LENGTHS.filter((length) => length <= below);
  const longest = Math.max(...lengths);
  const last = below - longest;
  const step = Math.min(2, last);
  const run = (...calls: Call[]) => encode(encoder, device, calls);

  const keys = Math.min(longest, 5);

  const ownTests: Record<Encoder["kind"], () => void> = {
    additive() {},

    rotary() {
      const { gain = 1, keyTurns } = encoder as RotaryEncoder;
      const longer = ({ data, shape }: NdArray) =>
        array(
          Float32Array.from(data, (norm) => gain * norm),
          shape,
        );
      if (!keyTurns) {
        test("turning keeps the norms, or multiplies them all by the gain", async () => {
          const call = { batch: 2, positions: positionsFrom(Math.min(3, last), longest) };
          const [turned] = await run(call);
          const given = inputsOf(encoder, call);
          turned!.forEach((output, i) => {
            expectClose(norms(output), longer(norms(given[i]!)), 1e-6, `output ${i}: norms`);
          });
        });
      }
      test("a query and a key at one position keep their product, or it is multiplied by the gain twice", async () => {
        for (const from of [Math.min(3, last), Math.min(FAR, last)]) {
          const call = { batch: 2, positions: positionsFrom(from, longest) };
          const [turned] = await run(call);
          const [q, k] = inputsOf(encoder, call) as [NdArray, NdArray];
          const want = rowProducts(q, k).map((product) => gain ** 2 * product);
          const [qs, ks] = [norms(q).data, norms(k).data];
          expectWithin(
            { shape: [want.length], data: rowProducts(turned![0]!, turned![1]!) },
            { shape: [want.length], data: want },
            (_, row) => 1e-6 * gain ** 2 * Math.max(1, qs[row]! * ks[row]!),
            "products",
          );
        }
      });
      elsewhere();
    },

    bias: elsewhere,
    content: elsewhere,
  };

  describe(`${name} ${JSON.stringify(options)} on ${device.name}`, () => {
    async function same(call: Call, expectSame: typeof expectRowsClose = expectClose): Promise<void> {
      const [got] = await run(call);
      const [want] = await encode(encoder, typedArrayDevices[0]!, [call]);
      expect(got!.map(({ shape }) => shape)).toEqual(shapesOf(encoder, call));
      got!.forEach((output, i) => {
        expect(output.data).toBeInstanceOf(Float32Array);
        expect(output.data.every(Number.isFinite), `output ${i} is finite`).toBe(true);
        expectSame(output, want![i]!, 1e-6, `output ${i}`);
      });
    }

    for (const length of lengths) {
      test(`positions [${length}], batch 2`, () => same({ batch: 2, positions: positionsFrom(0, length) }));
      for (const batch of [1, 2]) {
        test(`positions [${batch}, ${length}]`, () =>
          same({ batch, positions: positionsFrom(0, length, batch, Math.min(2, below - length)) }));
      }
    }

    const grows = (encoder as Partial<RotaryEncoder>).keyTurns !== undefined;
    test("positions far from 0", () =>
      same(
        { batch: 1, positions: positionsFrom(Math.min(FAR, last), longest) },
        grows ? expectRowsClose : expectClose,
      ));

    test("positions in any order", () =>
      same({
        batch: 1,
        positions: array(Int32Array.from({ length: longest }, (_, i) => (i * 3) % longest)),
      }));

    if (real) {
      test("fractions and negative positions", () =>
        same({ batch: 2, positions: floats([2, 3], (row, i) => i - 1.25 + row / 2) }));
    }

    const place = partOf[encoder.kind];
    if (place) {
      test("what stands at a position does not depend on its neighbours", async () => {
        const [from, to] = [Math.min(1, longest - 1), longest];
        const [all, part] = await run(
          { batch: 2, positions: positionsFrom(0, longest) },
          { batch: 2, positions: positionsFrom(from, to - from) },
        );
        all!.forEach((output, i) => {
          expectClose(part![i]!, place(output, from, to), 1e-6, `output ${i}`);
        });
      });
    }

    test("the rows of a batch are those of single sequences", async () => {
      const grid = positionsFrom(0, longest, 2, step);
      const row = (at: number) =>
        array(Int32Array.from(grid.data.subarray(at * longest, (at + 1) * longest)), [1, longest]);
      const [both, ...singles] = await run(
        { batch: 2, positions: grid },
        { batch: 1, positions: row(0) },
        { batch: 1, positions: row(1), firstRow: 1 },
      );
      singles.forEach((single, at) => {
        both!.forEach((output, i) => {
          expectClose(single[i]!, blockOf(output, at), 1e-6, `row ${at}: output ${i}`);
        });
      });
    });

    ownTests[encoder.kind]();
  });

  function elsewhere(): void {
    test("keys that stand elsewhere than the queries", async () => {
      for (const batch of [undefined, 2]) {
        const call = {
          batch: 2,
          positions: positionsFrom(keys - 1, 1, batch),
          keyPositions: positionsFrom(0, keys, batch),
        };
        const [got] = await run(call);
        const [want] = await encode(encoder, typedArrayDevices[0]!, [call]);
        expect(got!.map(({ shape }) => shape)).toEqual(shapesOf(encoder, call));
        got!.forEach((output, i) => {
          expectClose(output, want![i]!, 1e-6, `output ${i}`);
        });
      }
    });
  }
}

type PartOf = (output: NdArray, from: number, to: number) => NdArray;

/** Rows `from` to `to` of [..., length, dim]. */
const someRows: PartOf = ({ data, shape }, from, to) => {
  const [length, dim] = shape.slice(-2) as [number, number];
  const lead = shape.slice(0, -2);
  const blocks = data.length / (length * dim);
  const kept = floats(
    [blocks, to - from, dim],
    (block, i, d) => data[(block * length + from + i) * dim + d]!,
  );
  return array(kept.data, [...lead, to - from, dim]);
};

/** What a shorter sequence gives: rows of vectors, or a corner of the scores [..., q, k]. */
const partOf: Record<Encoder["kind"], PartOf | undefined> = {
  content: undefined, // what stands between two tokens may count
  additive: someRows,
  rotary: someRows,
  bias({ data, shape }, from, to) {
    const length = shape.at(-1)!;
    const blocks = data.length / length ** 2;
    const corner = floats(
      [blocks, to - from, to - from],
      (block, q, k) => data[(block * length + from + q) * length + from + k]!,
    );
    return array(corner.data, [...shape.slice(0, -2), to - from, to - from]);
  },
};

/** Block `at` of the first axis, which stays with length 1. */
function blockOf({ data, shape }: NdArray, at: number): NdArray {
  const size = data.length / shape[0]!;
  return array(data.slice(at * size, (at + 1) * size), [1, ...shape.slice(1)]);
}

/** [..., dim] twice → the inner product of each row with the other's. */
function rowProducts(a: NdArray, b: NdArray): number[] {
  const dim = a.shape.at(-1)!;
  const products = new Array<number>(a.data.length / dim).fill(0);
  a.data.forEach((value, i) => {
    products[Math.floor(i / dim)]! += value * b.data[i]!;
  });
  return products;
}
