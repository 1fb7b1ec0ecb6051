import type { NdArray, Ops } from "@posenc/core";
import { expect, test } from "vitest";
import type { Device } from "../device.ts";
import { expectClose } from "../expect.ts";

type Body = <T>(ops: Ops<T>, ...inputs: T[]) => readonly T[];

/**
 * Registers one test: `body` on `inputs` gives `expected`, to `tolerance` · max(1, |expected|), with the shapes
 * and types of `expected`; int32 exactly.
 */
export type Operation = (
  name: string,
  inputs: readonly NdArray[],
  body: Body,
  expected: readonly NdArray[],
  tolerance?: number,
) => void;

export function operation(device: Device): Operation {
  return (name, inputs, body, expected, tolerance = 1e-6) => {
    test(name, async () => {
      const outputs = await device.run(inputs, body);
      expect(outputs).toHaveLength(expected.length);
      expected.forEach((want, i) => {
        const got = outputs[i]!;
        const what = `output ${i}`;
        const typeOf = ({ data }: NdArray) => (data instanceof Int32Array ? "int32" : "float32");
        expect(typeOf(got), `${what}: type`).toBe(typeOf(want));
        expectClose(got, want, want.data instanceof Int32Array ? 0 : tolerance, what);
      });
    });
  };
}

/** Small numbers of both signs that float32 holds exactly, different at neighbouring indices. */
export const sample = (...index: number[]): number =>
  ((index.reduce((sum, i, axis) => sum + i * [7, 11, 5, 3][axis]!, 3) % 23) - 11) / 8;

/** Whole numbers of both signs. */
export const wholeSample = (...index: number[]): number => sample(...index) * 8;

/** Numbers above 0. */
export const positiveSample = (...index: number[]): number => sample(...index) + 1.5;
