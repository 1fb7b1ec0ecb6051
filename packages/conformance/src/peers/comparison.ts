import type { NdArray } from "@posenc/core";
import type { Expected } from "../expect.ts";
import { ulp } from "../expect.ts";
import type { ReferenceCase } from "../reference.ts";

/** One output of ours beside one of theirs. */
export interface Comparison {
  /** The name of their output. */
  readonly output: string;
  readonly what: string;
  readonly got: Expected;
  readonly want: Expected;
  readonly tolerance: (want: number, index: number) => number;
}

/** What a case has that we do not know. */
export interface Missing {
  readonly missing: string;
}

/** Does with our encoders what the case says, or says what is missing. */
export type Peer = (entry: ReferenceCase) => readonly Comparison[] | Missing;

/**
 * How far our float32 may be from their float64, `error` being four times how far their own float32 run is. A table
 * entry is rounded once, and theirs holds to 1e-9 at far positions; where arithmetic follows, each of a few operations
 * rounds; in a chain of operations on trained numbers or on coordinates that are rounded, as many as in theirs.
 */
const slack = {
  table: (want: number, _error: number) => ulp(want) + 1e-9,
  arithmetic: (want: number, _error: number) => ulp(want) + 4e-7 * Math.max(1, Math.abs(want)),
  chain: (want: number, error: number) => ulp(want) + 4e-7 * Math.max(1, Math.abs(want)) + error,
};

/** How far ours may be from their float32: as closely as that is right itself, or to 1e-6 where nobody knows. */
function float32Slack(entry: ReferenceCase, output: string): Comparison["tolerance"] {
  const known = entry.peerError32vs64[output]?.maxAbs;
  return known === undefined ? (want) => 1e-6 * Math.max(1, Math.abs(want)) : () => 4 * known + 1e-6;
}

/**
 * Our `got` beside their `output`: close to the float64 run, and to the float32 one as closely as that is right
 * itself.
 *
 * @param view what to compare of their output, where it is not all of it
 */
export function beside(
  entry: ReferenceCase,
  output: string,
  got: NdArray,
  kind: keyof typeof slack,
  view: (want: Expected) => Expected = (want) => want,
): Comparison[] {
  const error = 4 * (entry.peerError32vs64[output]?.maxAbs ?? 0);
  const compare = (what: string, want: Expected, tolerance: Comparison["tolerance"]): Comparison => ({
    output,
    what: `${output} (${what})`,
    got,
    want: view(want),
    tolerance,
  });
  const precise = entry.outputs64[output];
  return [
    compare("float32", entry.outputs[output]!, float32Slack(entry, output)),
    ...(precise ? [compare("float64", precise, (want) => slack[kind](want, error))] : []),
  ];
}

/** 1e-9 of the value, or of 1 where it is smaller: what is computed in float64 beside another float64. */
const inFloat64 = (want: number): number => 1e-9 * Math.max(1, Math.abs(want));

/** Ours in float64 beside their tensor `output`: their float64 run, and their float32 one as closely as it is right. */
export function besidePrecise(entry: ReferenceCase, output: string, got: Expected): Comparison[] {
  const precise = entry.outputs64[output];
  const theirs = entry.outputs[output]!;
  return [
    { output, what: `${output} (float32)`, got, want: theirs, tolerance: float32Slack(entry, output) },
    ...(precise ? [{ output, what: `${output} (float64)`, got, want: precise, tolerance: inFloat64 }] : []),
  ];
}

/** Ours in float64 beside their plain number `output`. */
export function besidePlain(entry: ReferenceCase, output: string, got: number): Comparison[] {
  const want = { shape: [1], data: [entry.plain[output] as number] };
  return [{ output, what: output, got: { shape: [1], data: [got] }, want, tolerance: inFloat64 }];
}
