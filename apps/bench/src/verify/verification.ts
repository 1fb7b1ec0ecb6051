import type { Allowed, Difference } from "./differences.ts";

/** What a run of a file showed. */
export interface PositionRangeResult extends Difference {
  /** First and last position. */
  readonly from: number;
  readonly to: number;
  readonly runs: number;
}

export interface Verification {
  readonly file: string;
  /** What the file was held to. */
  readonly as: "encoder" | "model";
  /** The encoder or model, and how it was exported, from the metadata. */
  readonly json: unknown;
  readonly options: unknown;
  readonly dtype: "float32" | "float16";
  readonly allowed: Allowed;
  readonly ranges: readonly PositionRangeResult[];
  readonly passed: boolean;
}
