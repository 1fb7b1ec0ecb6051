import type { MessagePort } from "node:worker_threads";
import { useBackend } from "../backend.ts";
import { type Job, type JobResult, runJob } from "./job.ts";

/** What a worker of the pool runs. `port` carries progress out, and any message in means abort. */
export async function work({ job, port }: { job: Job; port: MessagePort }): Promise<JobResult> {
  const controller = new AbortController();
  port.on("message", () => controller.abort());
  try {
    await useBackend("wasm");
    return await runJob(job, (event) => port.postMessage(event), controller.signal);
  } finally {
    port.close();
  }
}
