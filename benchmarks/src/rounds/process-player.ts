import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Round } from "./round.ts";
import type { Job, Player, Readiness } from "./suite.ts";

/** What a child sends. */
export type Answer =
  | { readonly is: "ready"; readonly readiness: Readiness }
  | { readonly is: "round"; readonly round: Round }
  | { readonly is: "failed"; readonly message: string };

/** Milliseconds for a process to end by itself. */
const PATIENCE = 1000;

/**
 * Prepares a job in a process of its own, which runs the module `child`.
 *
 * @throws Error with the child's message where it fails or ends; where the signal comes, it is ended
 */
export async function processPlayer(child: URL, job: Job, signal: AbortSignal): Promise<Player> {
  const { opponent } = job;
  let complaints = "";
  let settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  let ended: Error | undefined;
  const running = fork(fileURLToPath(child), [JSON.stringify(job)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
  });
  let last: NodeJS.Timeout | undefined;
  const stop = () => {
    running.kill("SIGTERM");
    last ??= setTimeout(() => running.kill("SIGKILL"), PATIENCE); // it may be in the midst of a long call
  };
  signal.addEventListener("abort", stop);
  const end = (error: Error) => {
    ended ??= error;
    signal.removeEventListener("abort", stop);
    settle?.reject(ended);
  };
  running.stderr!.on("data", (text) => {
    complaints = `${complaints}${text}`.slice(-2000);
  });
  running.on("message", (answer) => settle?.resolve(answer as Answer));
  running.on("error", end);
  running.on("close", (code, how) => {
    clearTimeout(last);
    const complaint = complaints.trim().split("\n").at(-1);
    end(new Error(`the process ended with ${code ?? how}${complaint ? `: ${complaint}` : ""}`));
  });

  const answer = async <I extends Answer["is"]>(is: I): Promise<Extract<Answer, { is: I }>> => {
    const given = await new Promise<Answer>((resolve, reject) => {
      settle = { resolve, reject };
      if (ended) reject(ended);
    });
    settle = undefined;
    if (given.is === "failed") {
      stop();
      throw new Error(given.message);
    }
    if (given.is !== is) throw new Error(`${opponent}: its process answered out of turn`);
    return given as Extract<Answer, { is: I }>;
  };

  const { readiness } = await answer("ready");
  return {
    readiness,
    async round() {
      if (!ended) running.send("round", () => {}); // one that cannot be told has ended, and says so itself
      return (await answer("round")).round;
    },
    stop,
  };
}
