import type { PositionRange } from "@posenc/core";
import type { ExportOptions } from "@posenc/onnx";

/** One run of a file. */
export interface VerifyCase {
  readonly batch: number;
  /** Rows of positions: 1, or the batch. */
  readonly rows: number;
  readonly start: number;
  /** So many positions from `start` on. */
  readonly span: number;
  /** Tokens; of keys, where queries are fewer. */
  readonly length: number;
}

/** What a file says of lengths that it leaves open by default. */
export interface AxisLengths {
  /** A number, where the file fixes the length. */
  fixed(name: string): number | undefined;
  /** Whether two lengths are one in the file. */
  same(a: string, b: string): boolean;
}

export interface Plan {
  readonly positions: PositionRange | undefined;
  readonly maxPosition: number | undefined;
  readonly axes: AxisLengths;
  /** Our name of the axis along which tokens lie. */
  readonly tokens: string;
  readonly lengths: readonly number[];
  /** "one": the file counts positions from an offset. "only": there is no batch but that of the positions. */
  readonly rows: "any" | "one" | "only";
  /** Numbers for each of so many tokens, of the widest tensor. */
  width(length: number): number;
}

export const LENGTHS = [1, 7, 1000];
const STARTS = [0, 1000, 100_000, 2 ** 20];
const END = 2 ** 24;
const BATCHES = [1, 3];
/** Larger tensors are left out, where there are smaller ones; those of several sequences sooner. */
const MOST_NUMBERS = 2 ** 23;
const MOST_OF_BATCH = 2 ** 21;

export function axisLengths(axes: ExportOptions["axes"] = {}): AxisLengths {
  const called = (name: string) => axes[name] ?? name;
  return {
    fixed(name) {
      const length = called(name);
      return typeof length === "number" ? length : undefined;
    },
    same: (a, b) => called(a) === called(b),
  };
}

/** Positions, counted in rows and columns where the encoder takes several coordinates, are below this. */
function limitOf({ below = END, sizes }: PositionRange = {}, maxPosition: number = END): number {
  const cells = sizes?.reduce((product, size) => product * size, 1) ?? END;
  return Math.min(END, below, maxPosition, cells);
}

/**
 * Batches and lengths at the beginning, far out and at the last positions of the encoder, or before 2^24.
 *
 * @throws RangeError where even the smallest tensors are too large
 */
export function planCases(plan: Plan): VerifyCase[] {
  const { axes, tokens } = plan;
  const limit = limitOf(plan.positions, plan.maxPosition);
  const fixed = axes.fixed(tokens);
  const lengths = fixed === undefined ? unique(plan.lengths.map((n) => Math.min(n, limit))) : [fixed];
  const all = lengths.flatMap((length) => {
    const span = Math.min(length, limit);
    const starts = unique([...STARTS.filter((start) => start + span <= limit), limit - span]);
    return batchesOf(plan)
      .filter(({ batch, rows }) => length < 1000 || batch === 1 || rows > 1 || fixed !== undefined)
      .flatMap(({ batch, rows }) => starts.map((start) => ({ batch, rows, start, span, length })));
  });
  const size = ({ batch, length }: VerifyCase) => batch * length * plan.width(length);
  const least = Math.min(...all.map(size));
  if (least > 8 * MOST_NUMBERS)
    throw new RangeError(`verify: tensors must have at most ${8 * MOST_NUMBERS} numbers, got ${least}`);
  const most = ({ batch }: VerifyCase) => Math.max(least, batch === 1 ? MOST_NUMBERS : MOST_OF_BATCH);
  return all.filter((run) => size(run) <= most(run));
}

function batchesOf({ axes, rows }: Plan): { readonly batch: number; readonly rows: number }[] {
  const fixedRows = axes.fixed("positions_batch");
  if (rows === "only")
    return (fixedRows === undefined ? BATCHES : [fixedRows]).map((n) => ({ batch: n, rows: n }));
  const fixed = axes.fixed("batch") ?? (fixedRows === 1 || rows === "one" ? undefined : fixedRows);
  return (fixed === undefined ? BATCHES : [fixed]).flatMap((batch) => {
    if (rows === "one") return [{ batch, rows: 1 }];
    if (axes.same("batch", "positions_batch")) return [{ batch, rows: batch }];
    return unique(fixedRows === undefined ? [1, batch] : [fixedRows]).map((rows) => ({ batch, rows }));
  });
}

const unique = (numbers: readonly number[]): number[] => [...new Set(numbers)];
