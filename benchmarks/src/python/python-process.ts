import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NdArray } from "@posenc/core";
import type { Round } from "../rounds/round.ts";
import type { Prepared } from "../speed/opponent.ts";
import { findPython, type PythonLibrary } from "./find-python.ts";

export interface PythonJob {
  readonly library: PythonLibrary;
  readonly compiled: boolean;
  /** As the script calls it. */
  readonly computation: string;
  readonly sizes: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, NdArray>>;
  /** How many arrays it gives. */
  readonly outputs: number;
  /** glibc's allocator keeps what is freed, instead of asking the system for pages again for every result. */
  readonly tuned: boolean;
}

const SCRIPT = fileURLToPath(new URL("../../python/speed.py", import.meta.url));
const ONE_THREAD = {
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  TORCHINDUCTOR_COMPILE_THREADS: "1",
};

const TUNED = { MALLOC_MMAP_MAX_: "0", MALLOC_TRIM_THRESHOLD_: "68719476736", MALLOC_TOP_PAD_: "268435456" };

/** A computation in a Python process, which times its own rounds. Arrays go through files, all else as lines of JSON. */
export async function inPython({ inputs, outputs, tuned, ...job }: PythonJob): Promise<Prepared> {
  const python = await findPython();
  if (python === undefined) throw new Error("no Python was found");
  const folder = await mkdtemp(join(tmpdir(), "posenc-speed-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  const { ask, stop } = start(python.command, { ...process.env, ...ONE_THREAD, ...(tuned && TUNED) });
  try {
    const files = Object.entries(inputs).map(async ([name, { data, shape }]) => {
      const path = join(folder, `${name}.in`);
      await writeFile(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return [name, { path, shape, type: data instanceof Int32Array ? "int32" : "float32" }] as const;
    });
    const given = Object.fromEntries(await Promise.all(files));
    const paths = Array.from({ length: outputs }, (_, i) => join(folder, `${i}.out`));
    await ask({ do: "prepare", ...job, inputs: given, outputs: paths }); // computes once
    const results = await Promise.all(paths.map(async (path) => floatsOf(await readFile(path))));
    return {
      run: () => ask({ do: "round", milliseconds: 0 }),
      round: async (milliseconds) => (await ask({ do: "round", milliseconds })) as Round,
      outputs: () => results,
      stop,
    };
  } catch (error) {
    stop();
    throw error;
  } finally {
    remove();
    process.off("exit", remove);
  }
}

const floatsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);

/** Questions are asked one at a time. */
function start(command: string, env: NodeJS.ProcessEnv) {
  const child = spawn(command, [SCRIPT], { env, stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  let settle: { resolve(answer: object): void; reject(error: Error): void } | undefined;
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    settle?.reject(ended);
  };
  child.stdin.on("error", end);
  child.on("error", end);
  child.stderr.on("data", (text) => {
    complaints = `${complaints}${text}`.slice(-2000);
  });
  child.on("close", (code) => {
    end(new Error(`Python ended with ${code}: ${complaints.trim().split("\n").at(-1) ?? ""}`));
  });
  createInterface({ input: child.stdout }).on("line", (line) => settle?.resolve(JSON.parse(line) as object));
  return {
    async ask(request: object): Promise<object> {
      const answer = await new Promise<object>((resolve, reject) => {
        settle = { resolve, reject };
        if (ended) reject(ended);
        else child.stdin.write(`${JSON.stringify(request)}\n`);
      });
      if ("error" in answer) throw new Error(String(answer.error));
      return answer;
    },
    stop: () => void child.kill("SIGKILL"),
  };
}
