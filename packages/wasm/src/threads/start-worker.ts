import type { Shared } from "./control.ts";
import { nodeSource, webSource } from "./worker-source.ts";

/** A worker that waits for jobs. */
export interface Helper {
  end(): void;
}

type NodeThreads = typeof import("node:worker_threads");

/** What is used of the workers of browsers. */
interface WebWorker {
  onmessage: (() => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(message: unknown): void;
  terminate(): void;
}

const NAME = "posenc kernels";

/**
 * Resolves when it is ready. By then it no longer keeps a process of Node alive.
 *
 * @throws Error where workers are missing, or not allowed
 */
export async function startWorker(shared: Shared): Promise<Helper> {
  const { Worker, process } = globalThis as {
    Worker?: new (url: string, options: { name: string }) => WebWorker;
    process?: { getBuiltinModule?(name: string): unknown };
  };
  try {
    const node = process?.getBuiltinModule?.("node:worker_threads"); // an import would stop bundlers for browsers
    if (node !== undefined) return await startInNode(node as NodeThreads, shared);
    if (Worker !== undefined) return await startOnWeb((url) => new Worker(url, { name: NAME }), shared);
  } catch (cause) {
    throw new Error(`threadedWasm: a worker must start, got ${cause}`, { cause });
  }
  throw new Error("threadedWasm: worker_threads or Web Workers must be there, got neither");
}

async function startInNode({ Worker }: NodeThreads, workerData: Shared): Promise<Helper> {
  const worker = new Worker(nodeSource, { eval: true, execArgv: [], name: NAME, workerData });
  await new Promise<void>((resolve, reject) => {
    worker.on("message", () => resolve());
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`an end with ${code}`)));
  });
  worker.unref();
  return { end: () => void worker.terminate() };
}

async function startOnWeb(start: (url: string) => WebWorker, shared: Shared): Promise<Helper> {
  const url = URL.createObjectURL(new Blob([webSource], { type: "text/javascript" }));
  try {
    const worker = start(url);
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = ({ message }) => {
        worker.terminate();
        reject(new Error(message || "an error; a Content-Security-Policy must have worker-src blob:"));
      };
      worker.postMessage(shared);
    });
    return { end: () => worker.terminate() };
  } finally {
    URL.revokeObjectURL(url);
  }
}
