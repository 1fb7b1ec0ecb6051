/** What a thread is told of: what it computes with. It can be posted. */
export interface Shared {
  /** The kernels, compiled. */
  readonly module: object;
  /** The WebAssembly.Memory they work on. */
  readonly memory: object;
  readonly control: Control;
}

/**
 * A block of memory by which threads agree on who does what. A job is a kernel and a number of parts, each with the
 * arguments of a call. Whoever takes `left` down to i does part i, and takes the next; below 0 there is none. So the
 * order and the number of threads do not matter, and one that sleeps or has died holds nobody up.
 */
export interface Control {
  readonly state: Int32Array;
  /** The arguments of part i stand from i · {@link ARGUMENTS} on. */
  readonly parts: Float64Array;
  /** What went wrong, in UTF-16. */
  readonly complaint: Uint16Array;
}

/** Where things stand in `state`. `job` counts up for each job and for the end; threads sleep on it. */
export const STATE = { job: 0, left: 1, done: 2, kernel: 3, complaints: 4, closed: 5 } as const;
export const MOST_PARTS = 128;
/** How often a thread looks whether there is something new before it sleeps, for less than 0.1 ms: waking up takes as long. */
export const LOOKS = 5000;
/** At most so many arguments has a kernel. */
export const ARGUMENTS = 13;
const COMPLAINT = 200;

export function control(): Control {
  const [parts, states] = [8 * ARGUMENTS * MOST_PARTS, 64];
  const block = new SharedArrayBuffer(parts + states + 2 * COMPLAINT);
  return {
    parts: new Float64Array(block, 0, ARGUMENTS * MOST_PARTS),
    state: new Int32Array(block, parts, states / 4),
    complaint: new Uint16Array(block, parts + states, COMPLAINT),
  };
}
