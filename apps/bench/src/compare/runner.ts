import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import { useBackend } from "../backend.ts";
import { type Job, type JobEvent, type JobResult, runJob } from "./job.ts";

/** Where jobs are run. An aborted job ends early with what it has. */
export interface Runner {
  run(job: Job, report: (event: JobEvent) => void, signal: AbortSignal): Promise<JobResult>;
  close(): Promise<void>;
}

/** In threads of their own, so that jobs run side by side and the terminal stays alive. */
export function threadRunner(threads: number): Runner {
  const pool = new Piscina({
    filename: new URL("./worker.js", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
  });
  return {
    async run(job, report, signal) {
      const { port1, port2 } = new MessageChannel();
      const abort = () => port1.postMessage("abort");
      port1.on("message", report);
      signal.addEventListener("abort", abort);
      try {
        return await pool.run({ job, port: port2 }, { name: "work", transferList: [port2] });
      } finally {
        signal.removeEventListener("abort", abort);
        port1.close();
      }
    },
    close: () => pool.destroy(),
  };
}

/** In this thread, one after another. */
export const localRunner: Runner = {
  async run(job, report, signal) {
    await useBackend("wasm");
    return runJob(job, report, signal);
  },
  close: async () => {},
};
