import { expect, test } from "vitest";
import { kernelBytes } from "../kernel-bytes.ts";
import { webAssembly } from "../web-assembly.ts";
import { sharedModule, withSharedMemory } from "./shared-module.ts";

const { Instance, Memory, Module } = webAssembly!;
const shared = () => new Memory({ initial: 1, maximum: 1, shared: true });
const kernels = kernelBytes();

test("the kernels run on a memory that is shared, and only there", () => {
  const memory = shared();
  const { exports } = new Instance(sharedModule(), { env: { memory } });
  const floats = new Float32Array(memory.buffer);
  floats.set([1, 2, 3, 4], 16);
  const { addRows } = exports as { addRows(...values: number[]): void };
  addRows(0, 64, 64, 1, 4, 0, 0);
  expect([...floats.subarray(0, 4)]).toEqual([2, 4, 6, 8]);
  expect(
    () => new Instance(sharedModule(), { env: { memory: new Memory({ initial: 1, maximum: 1 }) } }),
  ).toThrow(/shared/);
  expect(() => new Instance(new Module(kernels), { env: { memory: shared() } })).toThrow(/shared/);
});

test("only the declaration of the memory differs", () => {
  const changed = withSharedMemory(kernels);
  const end = [kernels, changed].map((bytes) => Buffer.from(bytes).indexOf("env") + 12);
  expect(changed.subarray(end[1]! + 5)).toEqual(kernels.subarray(end[0]! + 2));
  expect(withSharedMemory(changed)).toEqual(changed);
});

// (module (import "env" "f" (func))) and a module with no import
const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
test.each([
  ["a function", [...MAGIC, 1, 4, 1, 0x60, 0, 0, 2, 9, 1, 3, 0x65, 0x6e, 0x76, 1, 0x66, 0, 0]],
  ["nothing", MAGIC],
])("a module that imports %s is refused", (_, bytes) => {
  expect(() => new Module(Uint8Array.from(bytes))).not.toThrow();
  expect(() => withSharedMemory(Uint8Array.from(bytes))).toThrow(
    new TypeError("withSharedMemory: bytes must be a module that imports one memory and nothing else"),
  );
});
