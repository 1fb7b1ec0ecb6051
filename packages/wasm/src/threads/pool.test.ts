import { afterEach, describe, expect, test, vi } from "vitest";
import type { KernelExports } from "../kernel-exports.ts";
import { webAssembly } from "../web-assembly.ts";
import { control } from "./control.ts";
import { pool } from "./pool.ts";
import { sharedModule } from "./shared-module.ts";
import { startWorker } from "./start-worker.ts";
import { workersFirst } from "./workers-first.fixture.ts";

const module = sharedModule();
const memory = new webAssembly!.Memory({ initial: 1, maximum: 1, shared: true });
const floats = new Float32Array(memory.buffer);
const own = new webAssembly!.Instance(module, { env: { memory } }).exports as KernelExports;
const block = control();
const { end } = await startWorker({ module, memory, control: block });
const { close, run, threads } = pool(own, block, [end]);

const OUT = 4096;
/** Part i writes i ones from place 100 · i on. */
const parts = (count: number) => Array.from({ length: count }, (_, i) => [OUT + 400 * i, 0, 1, i + 1]);
const written = (count: number) =>
  Array.from({ length: count }, (_, i) => floats.subarray(OUT / 4 + 100 * i).indexOf(0));

afterEach(() => {
  vi.restoreAllMocks();
  floats.fill(0);
  floats.fill(1, 0, 100);
});

describe("parts are done once, each by whom takes it", () => {
  test.each([0, 0.5, 1])("the others leave %d of them", (share) => {
    floats.fill(1, 0, 100);
    const done = workersFirst(() => share);
    run("slide", parts(8));
    expect(written(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(done().mine).toBeLessThanOrEqual(8 * share);
  });

  test("many jobs, one after another", () => {
    floats.fill(1, 0, 100);
    for (let job = 0; job < 2000; job++) {
      floats.fill(0, OUT / 4);
      run("slide", parts(1 + (job % 20)));
      expect(written(1 + (job % 20))).toEqual(Array.from({ length: 1 + (job % 20) }, (_, i) => i + 1));
    }
  });

  test("where this thread must not sleep, as in a page", () => {
    vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    const awake = pool(own, block, []);
    workersFirst(() => 0);
    awake.run("slide", parts(8));
    expect(written(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test("what fails in a worker is thrown here, when all parts are done", () => {
  const done = workersFirst(() => 0);
  const far = [2 ** 20, 2 ** 20, 1, 100];
  expect(() => run("slide", [...parts(3), far, far])).toThrow(
    new Error("slide: a worker failed: RuntimeError: memory access out of bounds"),
  );
  expect(done()).toEqual({ mine: 0, theirs: 5 });
  expect(written(3)).toEqual([1, 2, 3]);
  run("slide", parts(2)); // it goes on
});

test("what fails in this thread is thrown when all parts are done", () => {
  const alone = pool(own, control(), []);
  const far = [2 ** 20, 2 ** 20, 1, 100];
  expect(() => alone.run("slide", [...parts(3), far])).toThrow("memory access out of bounds");
  expect(written(3)).toEqual([1, 2, 3]);
});

test("too many parts are refused", () => {
  expect(() => run("slide", parts(129))).toThrow(new RangeError("run: parts must be at most 128"));
});

test("closed: one thread", () => {
  expect(threads()).toBe(2);
  close();
  close();
  expect(threads()).toBe(1);
});
