import type { KernelExports } from "../kernel-exports.ts";
import { ARGUMENTS, type Control, LOOKS, MOST_PARTS, STATE } from "./control.ts";
import { type Arguments, type KernelName, kernelNames } from "./divisions.ts";

/** Threads that do the parts of a job together with this one. */
export interface Pool {
  /** This one counts; 1 when it is closed. */
  threads(): number;
  /**
   * Returns when all parts are done.
   *
   * @throws Error where a kernel fails, in whatever thread
   */
  run(name: KernelName, parts: readonly Arguments[]): void;
  close(): void;
}

/** @param helpers ends of the other threads, which have started on `control` */
export function pool(own: KernelExports, control: Control, helpers: readonly (() => void)[]): Pool {
  const { state, parts: values, complaint } = control;
  const wait = waits() ? (seen: number) => Atomics.wait(state, STATE.done, seen) : () => {};
  let open = true;

  return {
    threads: () => (open ? 1 + helpers.length : 1),

    run(name, parts) {
      if (parts.length > MOST_PARTS) throw new RangeError(`run: parts must be at most ${MOST_PARTS}`);
      const kernel = own[name] as (...values: Arguments) => void;
      const order = parts.toReversed(); // the last is taken first, and memory is passed best in its order
      for (const [i, part] of order.entries()) values.set(part, i * ARGUMENTS);
      Atomics.store(state, STATE.kernel, kernelNames.indexOf(name));
      Atomics.store(state, STATE.complaints, 0);
      Atomics.store(state, STATE.done, 0);
      Atomics.store(state, STATE.left, parts.length); // from here on parts are taken
      Atomics.add(state, STATE.job, 1);
      Atomics.notify(state, STATE.job);

      let failure: unknown;
      let mine = 0;
      for (;;) {
        const part = Atomics.sub(state, STATE.left, 1) - 1;
        if (part < 0) break;
        mine++;
        try {
          kernel(...order[part]!);
        } catch (error) {
          failure ??= error;
        }
      }
      for (let look = 0; ; look++) {
        const done = Atomics.load(state, STATE.done);
        if (done + mine === parts.length) break;
        if (look > LOOKS) wait(done);
      }
      if (failure !== undefined) throw failure;
      const length = Atomics.load(state, STATE.complaints);
      if (length > 0) {
        throw new Error(`${name}: a worker failed: ${String.fromCharCode(...complaint.subarray(0, length))}`);
      }
    },

    close() {
      if (!open) return;
      open = false;
      Atomics.store(state, STATE.closed, 1);
      Atomics.add(state, STATE.job, 1);
      Atomics.notify(state, STATE.job);
      for (const end of helpers) end();
    },
  };
}

/** Whether this thread may sleep: that of a page must not, and asks again and again. */
function waits(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
