import type { NdArray } from "@posenc/core";
import type { Call } from "../rounds/play.ts";
import type { Opponent } from "../rounds/suite.ts";
import type { Computation, Inputs, SpeedWorkload } from "./workload.ts";

/** A computation, made ready: inputs are where the opponent wants them, tables are made, code is compiled. */
export interface Prepared extends Call {
  /** What the first call computed, in the order of `expectedOf`; asked for before any other call. */
  outputs(): readonly Float32Array[] | Promise<readonly Float32Array[]>;
}

export type Maker<C extends Computation> = (
  inputs: Inputs[C],
  workload: SpeedWorkload<C>,
) => Prepared | Promise<Prepared>;

/** What an opponent can do, by computation. */
export type Makers = { readonly [C in Computation]?: Maker<C> };

export interface SpeedOpponent extends Opponent<SpeedWorkload> {
  prepare(inputs: Inputs[Computation], workload: SpeedWorkload): Promise<Prepared>;
}

export interface Told extends Omit<Opponent, "does"> {
  /** Of the workloads whose computation it can do, those that it takes on; all unless given. */
  takes?(workload: SpeedWorkload): boolean;
}

export function opponent(told: Told, makers: Makers): SpeedOpponent {
  return lazyOpponent(told, Object.keys(makers) as Computation[], async () => makers);
}

/** The same where only the process that computes should load what it takes. */
export function lazyOpponent(
  { takes = () => true, ...told }: Told,
  computations: readonly Computation[],
  load: () => Promise<Makers>,
): SpeedOpponent {
  return {
    ...told,
    does: (workload) => computations.includes(workload.computation) && takes(workload),
    async prepare(inputs, workload) {
      const make = (await load())[workload.computation] as Maker<Computation>;
      return make(inputs as never, workload);
    },
  };
}

/** A call that leaves its results in arrays which are there all the time. */
export function into(outs: readonly NdArray[], run: () => unknown): Prepared {
  return { run, outputs: () => outs.map(floats) };
}

/** A call that returns new arrays. */
export function giving(run: () => readonly NdArray[]): Prepared {
  let last: readonly NdArray[] = [];
  return {
    run: () => {
      last = run();
    },
    outputs: () => last.map(floats),
  };
}

function floats({ data }: NdArray): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new TypeError("outputs must be float32, got int32");
}
