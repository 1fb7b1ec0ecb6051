import { describe, expect, test } from "vitest";
import type { Device } from "./device.ts";
import { floats, integers } from "./expect.ts";
import { testArithmetic } from "./ops/arithmetic.ts";
import { operation } from "./ops/operation.ts";
import { testProducts } from "./ops/products.ts";
import { testRelative } from "./ops/relative.ts";
import { testShapes } from "./ops/shapes.ts";
import { testTurns } from "./ops/turns.ts";

/**
 * Registers tests of every operation on `device`: values against hand-written numbers, float64 loops and
 * 60-digit truth; shapes; types; broadcasting.
 */
export function testOps(device: Device): void {
  describe(`operations on ${device.name}`, () => {
    const op = operation(device);
    testArithmetic(op);
    testShapes(op);
    testProducts(op);
    testTurns(device, op);
    testRelative(op);

    test("describe knows the rank and the type of every tensor", async () => {
      const known: [rank: number, dtype: string][] = [];
      await device.run([integers([3], (i) => i), floats([2, 3, 4], () => 1)], (ops, positions, x) => {
        const {
          describe,
          expandDims,
          float,
          int,
          takeAlong,
          add,
          matMul,
          swapAxes,
          mean,
          gather,
          unflatten,
          squeeze,
        } = ops;
        const results = [
          positions!,
          x!,
          add(positions!, 1),
          float(positions!),
          expandDims(positions!, -1),
          ops.exactSincos(positions!, { high: Float64Array.of(1), low: Float64Array.of(0) }).sin,
          matMul(x!, swapAxes(x!, -1, -2)),
          squeeze(mean(x!, -2), -2),
          gather(x!, ops.minimum(positions!, 1)),
          int(x!),
          takeAlong(x!, positions!),
          ops.uniqueDistances(positions!, positions!).index,
          unflatten(x!, [2, 2]),
          ops.softmax(x!),
        ];
        for (const result of results) {
          const { shape, dtype } = describe(result);
          known.push([shape.length, dtype]);
        }
        return [x!];
      });
      expect(known).toEqual([
        [1, "int32"],
        [3, "float32"],
        [1, "int32"],
        [1, "float32"],
        [2, "int32"],
        [2, "float32"],
        [3, "float32"],
        [2, "float32"],
        [3, "float32"],
        [3, "int32"],
        [3, "float32"],
        [2, "int32"],
        [4, "float32"],
        [3, "float32"],
      ]);
    });
  });
}
