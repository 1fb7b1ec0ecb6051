import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { array, range } from "@posenc/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { expectSameBits, noise } from "../arrays.fixture.ts";
import { wasm } from "../wasm.ts";
import { webAssembly } from "../web-assembly.ts";
import { type ThreadedWasmOptions, threadedFrom, threadedWasm } from "./threaded-wasm.ts";
import { workersFirst } from "./workers-first.fixture.ts";

const maxBytes = 2 ** 24;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** The workers that are started from now on, and how often each has been told to end. */
function watchWorkers() {
  const unref = vi.spyOn(Worker.prototype, "unref");
  const terminate = vi.spyOn(Worker.prototype, "terminate");
  return { started: () => unref.mock.contexts as Worker[], ended: () => terminate.mock.contexts.length };
}

test("the memory is shared, and used as that of wasm is", async () => {
  using own = await threadedWasm({ threads: 2, maxBytes });
  expect(own.threads).toBe(2);
  expect(own.simd).toBe(true);
  expect(own.maxBytes).toBe(maxBytes);
  expect(own.usedBytes).toBe(0);
  const x = own.tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(own.usedBytes).toBe(64);
  const sum = own.scope(() => own.add(own.add(x, x), x));
  expect([...sum.data]).toEqual([3, 6, 9, 12, 15, 18]);
  expect(own.usedBytes).toBe(128);
  own.free(sum);
  expect(own.usedBytes).toBe(64);
  expect(() => own.add(sum, x)).toThrow(new RangeError("add: a must be alive, got an array that was freed"));
  expect(x.data.slice().buffer).toBeInstanceOf(ArrayBuffer);
});

test("workers do not keep the process alive, and end with close", async () => {
  const { started, ended } = watchWorkers();
  const own = await threadedWasm({ threads: 3, maxBytes });
  expect(started().length).toBe(2); // each is unref'ed
  expect(ended()).toBe(0);
  const ends = started().map((worker) => once(worker, "exit"));
  own.close();
  await Promise.all(ends);
  own.close();
});

test("closed, it works on one thread", async () => {
  const own = await threadedFrom({ threads: 2, maxBytes }, 64);
  const x = own.tensor([1000], noise(1, [1000]).data as Float32Array);
  own.close();
  const done = workersFirst(() => 0);
  expectSameBits(own.add(x, x), wasm({ maxBytes }).add(x, x));
  expect(done()).toEqual({ mine: 0, theirs: 0 });
});

test("workers of what nothing refers to any more are ended", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { started, ended } = watchWorkers();
  await threadedWasm({ threads: 2, maxBytes });
  const { add, tensor } = await threadedWasm({ threads: 2, maxBytes });
  await vi.waitFor(() => {
    collect();
    expect(ended()).toBe(1);
  }, 10_000);
  expect(started().length).toBe(2);
  expect(add(tensor([1]), tensor([1])).data[0]).toBe(0); // the other is in use
});

test("no room for what sincos works in: one thread does it", async () => {
  using own = await threadedFrom({ threads: 2, maxBytes: 2 ** 22 }, 64);
  const high = Float64Array.from({ length: 256 }, (_, i) => 0.99 ** i);
  const frequencies = { high, low: new Float64Array(256) };
  own.tensor([2 ** 18 + 2 ** 17 + 2 ** 16]); // what is left is less than two threads need
  const done = workersFirst(() => 0);
  const { sin } = own.sincos(array(range(200).data, [200]), frequencies);
  expectSameBits(sin, wasm({ maxBytes }).sincos(range(200), frequencies).sin);
  expect(done()).toEqual({ mine: 0, theirs: 0 });
});

test("as many threads as there are processors, but at most 8", async () => {
  using own = await threadedWasm({ maxBytes });
  expect(own.threads).toBeGreaterThanOrEqual(1);
  expect(own.threads).toBeLessThanOrEqual(8);
});

describe("in a browser", () => {
  /** A Web Worker, made of one of Node. */
  class FakeWorker {
    onmessage: (() => void) | null = null;
    onerror: ((event: { message?: string }) => void) | null = null;
    #worker: Promise<Worker>;
    constructor(url: string) {
      this.#worker = fetch(url).then(async (response) => {
        const worker = new Worker(
          `const { parentPort } = require("node:worker_threads");
           globalThis.postMessage = (data) => parentPort.postMessage(data);
           globalThis.close = () => process.exit();
           parentPort.on("message", (data) => onmessage({ data }));
           ${await response.text()}`,
          { eval: true },
        );
        worker.on("message", () => this.onmessage!());
        return worker;
      });
    }
    postMessage(message: unknown) {
      this.#worker.then((worker) => worker.postMessage(message));
    }
    terminate() {
      this.#worker.then((worker) => worker.terminate());
    }
  }

  const noNode = () => {
    const { getBuiltinModule } = process;
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) =>
      name === "node:worker_threads" ? undefined : getBuiltinModule(name)) as typeof getBuiltinModule);
  };

  test("Web Workers do the parts", async () => {
    noNode();
    vi.stubGlobal("Worker", FakeWorker);
    using own = await threadedFrom({ threads: 2, maxBytes }, 64);
    const x = own.tensor([1000], noise(1, [1000]).data as Float32Array);
    const done = workersFirst(() => 0);
    expectSameBits(own.add(x, x), wasm({ maxBytes }).add(x, x));
    expect(done().mine).toBe(0);
    expect(done().theirs).toBeGreaterThan(1);
  });

  test.each([
    [
      {},
      /^threadedWasm: a worker must start, got Error: an error; a Content-Security-Policy must have worker-src blob:$/,
    ],
    [{ message: "out of memory" }, /^threadedWasm: a worker must start, got Error: out of memory$/],
  ])("one that cannot start: %o", async (event, message) => {
    noNode();
    const terminate = vi.fn();
    let started = 0;
    vi.stubGlobal(
      "Worker",
      class {
        onmessage: (() => void) | null = null;
        onerror: ((event: { message?: string }) => void) | null = null;
        terminate = terminate;
        postMessage() {
          const good = started++ === 0;
          setTimeout(() => (good ? this.onmessage!() : this.onerror!(event)));
        }
      },
    );
    await expect(threadedWasm({ threads: 3, maxBytes })).rejects.toThrow(message);
    expect(terminate).toHaveBeenCalledTimes(2); // nothing is left behind
  });

  test("no workers", async () => {
    noNode();
    await expect(threadedWasm({ threads: 2, maxBytes })).rejects.toThrow(
      new Error("threadedWasm: worker_threads or Web Workers must be there, got neither"),
    );
  });

  test("a page that is not isolated", async () => {
    const message =
      /^threadedWasm: SharedArrayBuffer must be there; a page gets it when it is served with "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"$/;
    vi.stubGlobal("crossOriginIsolated", false);
    await expect(threadedWasm({ maxBytes })).rejects.toThrow(message);
    vi.unstubAllGlobals();
    vi.stubGlobal("SharedArrayBuffer", undefined);
    await expect(threadedWasm({ maxBytes })).rejects.toThrow(message);
  });
});

test.each<[string, ThreadedWasmOptions, Error]>([
  ["no threads", { threads: 0 }, new RangeError("threadedWasm: threads must be at least 1, got 0")],
  ["too many", { threads: 65 }, new RangeError("threadedWasm: threads must be at most 64, got 65")],
  [
    "half a thread",
    { threads: 1.5 },
    new RangeError("threadedWasm: threads must be a whole number, got 1.5"),
  ],
  [
    "little memory",
    { maxBytes: 9 },
    new RangeError("threadedWasm: maxBytes must be at least 4194304, got 9"),
  ],
])("%s is refused", async (_, options, error) => {
  await expect(threadedWasm(options)).rejects.toThrow(error);
});

test("an unknown option is refused", async () => {
  await expect(threadedWasm({ simd: false } as ThreadedWasmOptions)).rejects.toThrow(/threadedWasm.*simd/);
});

test("no SIMD", async () => {
  class Module {
    constructor() {
      throw new TypeError("no SIMD here");
    }
  }
  vi.spyOn(webAssembly as unknown as { Module: typeof Module }, "Module").mockImplementation(Module);
  await expect(threadedWasm({ maxBytes })).rejects.toThrow(
    new Error("threadedWasm: WebAssembly with SIMD and threads must be there and allowed"),
  );
});
