import type { KernelExports } from "../kernel-exports.ts";
import type { Arena } from "../memory/arena.ts";
import { workBytes } from "../operations/sincos.ts";
import { type Arguments, cut, divisions, type KernelName, kernelNames } from "./divisions.ts";
import type { Pool } from "./pool.ts";

/** Less is not worth waking a thread for: bytes that a call reads and writes. */
export const THRESHOLD = 8 * 2 ** 20;
/** Parts of a job at the threshold; there are more where there is more to do, up to so many for each thread. */
const [PARTS, PARTS_EACH] = [8, 2];
/** Where what `sincos` works in stands among its arguments, and the count of frequencies. */
const [WORK, COUNT] = [8, 5];

/** The same kernels; large calls are done in parts by all threads. `borrow` is that of the memory. */
export function splitKernels(
  own: KernelExports,
  pool: Pool,
  borrow: Arena["borrow"],
  threshold: number,
): KernelExports {
  const split = (name: KernelName) => {
    const kernel = own[name] as (...values: Arguments) => void;
    const { bytes } = divisions[name];
    return (...values: Arguments): void => {
      const size = bytes(values);
      const threads = pool.threads();
      if (threads === 1 || size < threshold) kernel(...values);
      else if (name !== "sincos") {
        const most = Math.min(Math.floor((PARTS * size) / threshold), PARTS_EACH * threads);
        pool.run(name, cut(name, values, most));
      } else {
        // a part begins by making waves of its own, so there are few
        const parts = cut(name, values, threads);
        const bytes = workBytes((values[COUNT]! + 3) & ~3);
        const done = borrow(bytes * parts.length, (address) => {
          pool.run(
            name,
            parts.map((part, i) => part.with(WORK, address + i * bytes)),
          );
        });
        if (!done) kernel(...values);
      }
    };
  };
  return Object.fromEntries(kernelNames.map((name) => [name, split(name)])) as unknown as KernelExports;
}
