import { opponent, type Prepared } from "../opponent.ts";
import type { SpeedWorkload } from "../workload.ts";

const FLOAT = 4;

/** As many bytes as the workload reads and writes, half and half. */
function copy({ work }: SpeedWorkload): Prepared {
  const from = new Float32Array(work.amount / FLOAT / 2).fill(1);
  const to = new Float32Array(from.length);
  return { run: () => to.set(from), outputs: () => [] };
}

/** As many bytes as the workload writes. */
function fill({ work }: SpeedWorkload): Prepared {
  const to = new Float32Array(work.amount / FLOAT);
  let value = 0;
  return { run: () => to.fill(++value), outputs: () => [] };
}

/** Computes nothing: what moving the bytes alone takes. */
export const memcpy = opponent(
  { name: "memcpy", title: "memory alone", ours: false, idle: true },
  {
    rotate: (_, workload) => copy(workload),
    add: (_, workload) => copy(workload),
    gatherAdd: (_, workload) => copy(workload),
    sincos: (_, workload) => fill(workload),
    alibi: (_, workload) => fill(workload),
  },
);
