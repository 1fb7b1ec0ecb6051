import { describe, expect, test } from "vitest";
import { array } from "../typed-arrays/nd-array.ts";
import { file, write } from "./files.fixture.ts";
import { readSafetensors } from "./read-safetensors.ts";

const one = (dtype: string, shape: readonly number[], data: ArrayBufferView) =>
  readSafetensors(write([["x", dtype, shape, data]])).tensors.x!;

describe("values", () => {
  test("several tensors and the metadata", () => {
    const bytes = write(
      [
        ["wpe.weight", "F32", [2, 2], Float32Array.of(1, -2.5, 3, 1e-30)],
        ["ids", "I32", [3], Int32Array.of(1, -1, 2147483647)],
        ["none", "F32", [0, 5], new Float32Array(0)],
        ["scalar", "F32", [], Float32Array.of(7)],
      ],
      { format: "pt" },
    );
    const { tensors, metadata } = readSafetensors(bytes);
    expect({ ...metadata }).toEqual({ format: "pt" });
    expect(Object.keys(tensors)).toEqual(["wpe.weight", "ids", "none", "scalar"]);
    expect(tensors["wpe.weight"]!.array()).toEqual(array(Float32Array.of(1, -2.5, 3, 1e-30), [2, 2]));
    expect(tensors.ids!.array()).toEqual(array(Int32Array.of(1, -1, 2147483647)));
    expect(tensors.none!.array().shape).toEqual([0, 5]);
    expect(tensors.scalar!.array()).toEqual({ data: Float32Array.of(7), shape: [] });
  });

  test("F32 and I32 are views of the file where they are aligned, else copies of the same values", () => {
    const bytes = write([["x", "F32", [2], Float32Array.of(1.5, -2)]]);
    const view = readSafetensors(bytes).tensors.x!.array().data;
    expect(view.buffer).toBe(bytes.buffer);
    expect([...view]).toEqual([1.5, -2]);

    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);
    const copy = readSafetensors(moved.subarray(1)).tensors.x!.array().data;
    expect(copy.buffer).not.toBe(moved.buffer);
    expect([...copy]).toEqual([1.5, -2]);

    const shifted = write([
      ["u", "U8", [1], Uint8Array.of(9)],
      ["x", "I32", [2], Int32Array.of(5, -6)],
    ]);
    expect([...readSafetensors(shifted).tensors.x!.array().data]).toEqual([5, -6]);
  });

  test("a Buffer from a pool is read where it lies", () => {
    const bytes = Buffer.from(write([["x", "F32", [1], Float32Array.of(3)]]));
    expect([...readSafetensors(bytes).tensors.x!.array().data]).toEqual([3]);
  });

  test("I64 in the range of int32", () => {
    const data = BigInt64Array.of(0n, -1n, 2147483647n, -2147483648n);
    expect(one("I64", [4], data).array()).toEqual(array(Int32Array.of(0, -1, 2147483647, -2147483648)));
    for (const value of [2147483648n, -2147483649n, 2n ** 62n]) {
      expect(() => one("I64", [2], BigInt64Array.of(0n, value)).array()).toThrow(
        new RangeError(
          `readSafetensors: tensor "x": values must be from -2147483648 to 2147483647, got ${value} at index 1`,
        ),
      );
    }
  });

  test("F16: the values of IEEE 754", () => {
    const bits = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00];
    const want = [
      0,
      -0,
      2 ** -24,
      0.00006097555160522461,
      0.00006103515625,
      0.333251953125,
      1,
      -2,
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    expect([...one("F16", [bits.length], Uint16Array.from(bits)).array().data]).toEqual(want);
    expect(one("F16", [1], Uint16Array.of(0x7e00)).array().data[0]).toBeNaN();
  });

  test("BF16: the upper half of a float32", () => {
    const values = Float32Array.of(1, -2.5, 3.140625, Number.POSITIVE_INFINITY, 2 ** -126, -0);
    const upper = Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16);
    expect([...one("BF16", [2, 3], upper).array().data]).toEqual([...values]);
  });

  test("other types have their bytes, and say so", () => {
    const tensor = one("F64", [1], Float64Array.of(1.5));
    expect(new Float64Array(tensor.bytes.slice().buffer)).toEqual(Float64Array.of(1.5));
    expect(() => tensor.array()).toThrow(
      new TypeError(
        'readSafetensors: tensor "x" must be F32, I32, I64, F16, BF16 for array(), got F64; its bytes are there',
      ),
    );
  });

  test("four-bit elements are half a byte", () => {
    expect(one("F4", [2, 3], new Uint8Array(3)).bytes).toHaveLength(3);
    expect(() => one("F4", [3], new Uint8Array(2))).toThrow(RangeError);
  });

  test("names of the language are names like others", () => {
    const { tensors } = readSafetensors(write([["a", "U8", [0], new Uint8Array(0)]]));
    expect(tensors.constructor).toBeUndefined();
    const proto = readSafetensors(file('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'));
    expect(Object.keys(proto.tensors)).toEqual(["__proto__"]);
  });
});
