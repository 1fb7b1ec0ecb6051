import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test, vi } from "vitest";
import { compileKernels } from "../../scripts/compile-kernels.mjs";
import { mendWasm } from "../wasm/index.ts";
import { expectSame, normal } from "./compare.fixture.ts";
import { installWasmKernels, removeWasmKernels } from "./install.ts";
import { kernelsOn } from "./kernels.ts";
import { kernelsBase64 } from "./kernels.wasm.ts";
import { type Memory, webAssembly } from "./web-assembly.ts";

const kernel = (name: string) => tf.getKernel(name, "wasm")?.kernelFunc;

afterEach(() => {
  vi.restoreAllMocks();
  removeWasmKernels();
});

test("the compiled kernels are those of the source", async () => {
  const text = await compileKernels();
  expect(text).toContain(kernelsBase64);
  expect(text.length).toBeLessThan(kernelsBase64.length + 200);
});

test("installing says what it replaces; removing puts it back", () => {
  const stock = kernel("BatchMatMul");
  expect(kernel("UnsortedSegmentSum")).toBeUndefined();
  const { replaced, obstacle } = installWasmKernels();
  expect(obstacle).toBeUndefined();
  expect(replaced).toEqual(expect.arrayContaining(["BatchMatMul", "Sum", "UnsortedSegmentSum"]));
  for (const name of replaced) expect(kernel(name), name).toBeDefined();
  expect(kernel("BatchMatMul")).not.toBe(stock);
  removeWasmKernels();
  expect(kernel("BatchMatMul")).toBe(stock);
  expect(kernel("UnsortedSegmentSum")).toBeUndefined();
});

test("installing twice, and mending afterwards, changes nothing more", () => {
  const { replaced } = installWasmKernels();
  const first = replaced.map(kernel);
  expect(installWasmKernels().replaced).toEqual(replaced);
  mendWasm();
  expect(replaced.map(kernel)).toEqual(first);
});

test("without SIMD nothing is replaced", () => {
  vi.spyOn(webAssembly!, "validate").mockReturnValue(false);
  const stock = kernel("BatchMatMul");
  expect(installWasmKernels()).toEqual({ replaced: [], obstacle: "WebAssembly has no SIMD here" });
  expect(kernel("BatchMatMul")).toBe(stock);
});

test("with the backend running already, and other backends stay as they are", async () => {
  await tf.setBackend("wasm");
  await tf.ready();
  const cpu = tf.getKernel("BatchMatMul", "cpu").kernelFunc;
  expect(installWasmKernels().obstacle).toBeUndefined();
  await expectSame(() => tf.matMul(normal([3, 4], "a"), normal([4, 5], "b")));
  expect(tf.getKernel("BatchMatMul", "cpu").kernelFunc).toBe(cpu);
});

test("the memory of the threaded build, which threads share", () => {
  type Constructor = new (limits: { initial: number; maximum: number; shared: boolean }) => Memory;
  const { Memory: MemoryOf } = webAssembly as unknown as { Memory: Constructor };
  const memory = new MemoryOf({ initial: 32, maximum: 65536, shared: true });
  expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  const run = kernelsOn(memory);
  const values = new Float32Array(memory.buffer);
  values.set([1, 2, 3, 4, 5, 6], 0); // [2, 3]
  values.set([1, 0, 0, 1, 1, 1], 16); // [3, 2]
  run.matMul(0, 3, 1, 0, 64, 2, 1, 0, 128, 1, 2, 2, 3, 1024);
  expect([...values.subarray(32, 36)]).toEqual([4, 5, 10, 11]);
});

test("the memory of the backend may grow between two calls", async () => {
  installWasmKernels();
  await tf.setBackend("wasm");
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  const product = () =>
    tf.tidy(() => [...tf.matMul(normal([9, 33], "a"), normal([33, 7], "b"), false, false).dataSync()]);
  const first = product();
  const before = wasm.HEAPU8.byteLength;
  const large = tf.zeros([before / 4]);
  expect(wasm.HEAPU8.byteLength).toBeGreaterThan(before);
  expect(product()).toEqual(first);
  large.dispose();
});
