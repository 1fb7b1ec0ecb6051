/// <reference lib="esnext.disposable" preserve="true" />
import { checks } from "@posenc/core";
import type { KernelExports } from "../kernel-exports.ts";
import { type Arena, arena, checkMaxBytes, PAGE } from "../memory/arena.ts";
import { type Wasm, wasmOn } from "../wasm.ts";
import { type WasmMemory, webAssembly } from "../web-assembly.ts";
import { control } from "./control.ts";
import { pool } from "./pool.ts";
import { sharedModule } from "./shared-module.ts";
import { splitKernels, THRESHOLD } from "./split-kernels.ts";
import { startWorker } from "./start-worker.ts";

export interface ThreadedWasmOptions {
  /** With the one that calls; as many as there are processors, but at most 8, unless given; 1 to 64. */
  readonly threads?: number;
  /** The size of the memory, as for `wasm`. */
  readonly maxBytes?: number;
}

/** {@link Wasm} with several threads. */
export interface ThreadedWasm extends Wasm {
  readonly threads: number;
  /** Ends the workers. The operations stay, on one thread; so do the arrays. */
  close(): void;
  /** The same, where the engine has `Symbol.dispose`. */
  [Symbol.dispose](): void;
}

const [MOST, DEFAULT] = [64, 8];
/** Closes what nothing refers to any more. */
const abandoned = new FinalizationRegistry<() => void>((close) => close());

/**
 * The same as `wasm`, with the same results bit for bit, where calls that read and write 8 MiB or more on arrays of its
 * memory are done by several threads. The memory is a SharedArrayBuffer.
 *
 * @throws TypeError, RangeError for a bad option, or where the memory cannot be reserved
 * @throws Error where SharedArrayBuffer, SIMD or workers are missing
 */
export async function threadedWasm(options: ThreadedWasmOptions = {}): Promise<ThreadedWasm> {
  return threadedFrom(options, THRESHOLD);
}

/** @param threshold bytes from which a call is split */
export async function threadedFrom(options: ThreadedWasmOptions, threshold: number): Promise<ThreadedWasm> {
  checks.checkNames("threadedWasm", options, ["threads", "maxBytes"]);
  const { threads = Math.min(processors(), DEFAULT), maxBytes = 2 ** 30 } = options;
  checks.checkCount("threadedWasm", "threads", threads, 1, MOST);
  const pages = Math.ceil(checkMaxBytes(maxBytes, "threadedWasm") / PAGE);
  const module = compiled();
  const memory = reserveShared(pages);
  const kernels = new webAssembly!.Instance(module, { env: { memory } }).exports as KernelExports;
  const block = control();

  const started = await Promise.allSettled(
    Array.from({ length: threads - 1 }, () => startWorker({ module, memory, control: block })),
  );
  const helpers = started.flatMap((each) => (each.status === "fulfilled" ? [each.value.end] : []));
  const workers = pool(kernels, block, helpers);
  const failed = started.find((each) => each.status === "rejected");
  if (failed) {
    workers.close();
    throw failed.reason;
  }

  const borrow: Arena["borrow"] = (bytes, body) => own.borrow(bytes, body);
  const split = splitKernels(kernels, workers, borrow, threshold);
  const own = arena({ buffer: memory.buffer, kernels: split });
  const { close } = workers;
  abandoned.register(split, close);
  const wasm = Object.assign(wasmOn(own), { threads, close });
  return Object.assign(wasm, Symbol.dispose && { [Symbol.dispose]: close }) as ThreadedWasm;
}

function processors(): number {
  const { navigator, process } = globalThis as {
    navigator?: { readonly hardwareConcurrency?: number };
    process?: { getBuiltinModule?(name: string): unknown };
  };
  const node = process?.getBuiltinModule?.("node:os") as typeof import("node:os") | undefined;
  return node?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}

function compiled(): object {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) {
    throw new Error(
      'threadedWasm: SharedArrayBuffer must be there; a page gets it when it is served with "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"',
    );
  }
  try {
    return sharedModule();
  } catch (cause) {
    throw new Error("threadedWasm: WebAssembly with SIMD and threads must be there and allowed", { cause });
  }
}

function reserveShared(pages: number): WasmMemory {
  try {
    return new webAssembly!.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    throw new RangeError(`threadedWasm: maxBytes must be what can be reserved, got ${pages * PAGE}`, {
      cause,
    });
  }
}
