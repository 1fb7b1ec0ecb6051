import { expect, test } from "vitest";
import { graph } from "./graph.ts";
import { onnxOps } from "./onnx-ops.ts";

test("describe knows rank and type, and the sizes of what is given", () => {
  const builder = graph();
  const ops = onnxOps(builder);
  const x = builder.input("x", "float32", ["batch", 3]);
  const n = builder.input("n", "int32", ["batch"]);
  expect(ops.describe(x)).toEqual({ shape: [undefined, 3], dtype: "float32" });
  expect(ops.describe(ops.add(n, 1))).toEqual({ shape: [undefined], dtype: "int32" });
  expect(ops.describe(ops.float(n))).toEqual({ shape: [undefined], dtype: "float32" });
  expect(ops.describe(ops.constant(Float32Array.of(1, 2), [1, 2]))).toEqual({
    shape: [1, 2],
    dtype: "float32",
  });
  expect(ops.describe(ops.less(n, 3)).shape).toEqual([undefined]);
  expect(ops.describe(ops.gather(x, ops.expandDims(n, -1))).shape).toEqual([undefined, undefined, undefined]);
});

test("operands have one type, and a number beside whole numbers is whole", () => {
  const builder = graph();
  const { add, mul } = onnxOps(builder);
  const x = builder.input("x", "float32", ["n"]);
  const n = builder.input("n", "int32", ["n"]);
  expect(() => add(x, n)).toThrow(
    new TypeError("onnx: operands of Add must have one type, got float32 and int32"),
  );
  expect(() => mul(n, 0.5)).toThrow(
    new RangeError("onnx: a number beside an int32 tensor must be whole, got 0.5"),
  );
  expect(mul(2, n).type).toBe("int32");
});
