import type { NdArray } from "@posenc/core";
import type { VerifyCase } from "./cases.ts";
import { type Allowed, type Difference, difference, NONE, worse } from "./differences.ts";
import type { OpenFile } from "./run-file.ts";
import type { PositionRangeResult } from "./verification.ts";

interface Verifying {
  readonly session: OpenFile;
  readonly dtype: "float32" | "float16";
  readonly allowed: Allowed;
  /** See {@link difference}. */
  readonly byRow?: boolean;
  /** What goes in and should come out, by the names in the file. */
  tensors(run: VerifyCase): {
    readonly feeds: Readonly<Record<string, NdArray>>;
    readonly want: Readonly<Record<string, NdArray>>;
  };
}

/** Runs every case, and gathers those that start at the same position. */
export async function verifyCases(
  cases: readonly VerifyCase[],
  { session, dtype, allowed, byRow = false, tensors }: Verifying,
): Promise<PositionRangeResult[]> {
  const found: (Difference & { readonly run: VerifyCase })[] = [];
  for (const run of cases) {
    const { feeds, want } = tensors(run);
    const got = await session.run(feeds);
    const outputs = Object.entries(want).map(([name, expected]) =>
      difference(name, got[name]!, expected, dtype, allowed, byRow),
    );
    found.push({ ...outputs.reduce(worse, NONE), run });
  }
  return rangesOf(cases).map(({ from, to }) => {
    const inside = found.filter(({ run: { start } }) => start >= from && start <= to);
    return { from, to, runs: inside.length, ...inside.reduce<Difference>(worse, NONE) };
  });
}

/** From each start to the last position reached from there; what overlaps is one. */
function rangesOf(cases: readonly VerifyCase[]): { readonly from: number; readonly to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const { start, span } of cases.toSorted((a, b) => a.start - b.start)) {
    const last = ranges.at(-1);
    const to = start + span - 1;
    if (last && start <= last.to) last.to = Math.max(last.to, to);
    else ranges.push({ from: start, to });
  }
  return ranges;
}
