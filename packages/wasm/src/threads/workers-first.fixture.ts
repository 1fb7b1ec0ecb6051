import { vi } from "vitest";
import { STATE } from "./control.ts";

/**
 * This thread takes a part only when the workers have left `share` of them, so that small jobs are not done before the
 * workers wake up. Until `vi.restoreAllMocks`.
 *
 * @returns a function that tells how many parts this thread and the workers have done
 */
export function workersFirst(share: () => number): () => { mine: number; theirs: number } {
  let [mine, all, leave] = [0, 0, 0];
  const { store, sub } = Atomics;
  vi.spyOn(Atomics, "store").mockImplementation(((state: Int32Array, at: number, value: number) => {
    if (at === STATE.left) {
      all += value;
      leave = Math.floor(share() * value);
    }
    return store(state, at, value);
  }) as typeof Atomics.store);
  vi.spyOn(Atomics, "sub").mockImplementation(((state: Int32Array, at: number, value: number) => {
    const deadline = performance.now() + 10_000;
    while (Atomics.load(state, at) > leave && performance.now() < deadline);
    const before = sub(state, at, value);
    if (before > 0) mine++;
    return before;
  }) as typeof Atomics.sub);
  return () => ({ mine, theirs: all - mine });
}
