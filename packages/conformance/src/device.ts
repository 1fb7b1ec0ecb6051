import type { NdArray, Ops } from "@posenc/core";

/** A backend under test: it takes host data in, runs a computation written in Ops, and gives host data back. */
export interface Device {
  readonly name: string;
  /**
   * Runs `body` on `inputs`. An eager backend calls it on tensors; a graph builder calls it on edges, with the
   * length of every axis unknown, and runs the graph. int32 comes back as int32.
   */
  run(inputs: readonly NdArray[], body: <T>(ops: Ops<T>, ...inputs: T[]) => readonly T[]): Promise<NdArray[]>;
}
