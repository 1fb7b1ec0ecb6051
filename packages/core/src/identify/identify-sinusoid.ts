import { checkObject, show } from "../checks.ts";
import type { SinusoidalOptions } from "../encoders/sinusoidal.ts";
import type { NdArray } from "../typed-arrays/nd-array.ts";
import { type Column, explains, type Fit, fitBase, scaleAndPhase, type Waves } from "./fit-wave.ts";

type Variant = Required<Pick<SinusoidalOptions, "layout" | "first" | "exponent">>;

const VARIANTS: readonly Variant[] = (["paper", "tensor2tensor", "per-dimension"] as const).flatMap(
  (exponent) =>
    (["sin", "cos"] as const).flatMap((first) =>
      (["interleaved", "concatenated"] as const).map((layout) => ({ layout, first, exponent })),
    ),
);

/** Offsets are looked for up to this. */
const LARGEST_OFFSET = 4096;

/**
 * Which sinusoidal encoding a table is: the options that make it again with {@link sinusoidal}, or undefined
 * where it is none. Found are layout, exponent, first, base (between 1 and 10^9), scale, offset (a whole number up
 * to 4096), the kind of an odd last column, and a row of zeros for padding. The table may be off by as much as
 * float32 angles are.
 *
 * The exponents of the paper and of tensor2tensor differ in nothing but the base: b in one is b^((d − 2)/d) in the
 * other. The one whose base is 10000 or has fewer digits is named, and the paper's where that does not tell. With two
 * columns there is no base to see; 10000 is named.
 *
 * @param table float32 of shape [positions, dim], rows at consecutive positions; 4 rows and 2 columns at least
 * @throws TypeError, RangeError where the table is not of that type or shape
 */
export function identifySinusoid(table: NdArray): SinusoidalOptions | undefined {
  const [rows, dim] = checkTable(table);
  if (!table.data.every(Number.isFinite)) return undefined;
  const at = (row: number, column: number) => table.data[row * dim + column]!;

  const empty = Array.from({ length: rows }, (_, row) => row).filter((row) =>
    table.data.subarray(row * dim, (row + 1) * dim).every((value) => value === 0),
  );
  if (empty.length > 1) return undefined;
  const kept = Array.from({ length: rows }, (_, row) => row).filter((row) => row !== empty[0]);
  const lastIsZero = kept.every((row) => at(row, dim - 1) === 0);
  const oddDim: NonNullable<SinusoidalOptions["oddDim"]> =
    dim % 2 === 0 ? "error" : lastIsZero ? "zero" : "sine";
  const width = oddDim === "zero" ? dim - 1 : dim;
  const positions = Float64Array.from(kept);
  const valuesOf = (column: number) => Float64Array.from(kept, (row) => at(row, column));

  const found = VARIANTS.flatMap((variant): (SinusoidalOptions & Fit)[] => {
    const columns = Array.from(
      { length: width },
      (_, column): Column => ({ ...columnOf(variant, column, width, dim), values: valuesOf(column) }),
    );
    const fit = fitOf({ columns, positions }, dim);
    if (!fit) return [];
    const padding = empty.length > 0 && { paddingIndex: empty[0]! + fit.offset };
    const real = fit.offset < 0 && { positions: "real" as const };
    return [{ dim, ...variant, oddDim, ...fit, ...padding, ...real }];
  });
  return found.sort((a, b) => oddness(a.base) - oddness(b.base))[0];
}

/** Digits of a base; none for the usual one. */
const oddness = (base: number): number =>
  base === 10_000 ? 0 : base.toExponential().replace(/e.*|\D/g, "").length;

function columnOf({ layout, first, exponent }: Variant, column: number, width: number, dim: number) {
  const pairs = Math.ceil(width / 2);
  const concatenated = layout === "concatenated";
  const pair = concatenated ? column % pairs : Math.floor(column / 2);
  const second = concatenated ? column >= pairs : column % 2 === 1;
  const exponents = {
    paper: (2 * pair) / dim,
    tensor2tensor: pair / Math.max(pairs - 1, 1),
    "per-dimension": (2 * pair + Number(second)) / dim,
  };
  const other = first === "sin" ? "cos" : "sin";
  return { wave: second ? other : first, exponent: exponents[exponent] } as const;
}

/** Scale and phase are in the first column, whose frequency is 1; the base is in the others. */
function fitOf(waves: Waves, dim: number): Fit | undefined {
  const [first] = waves.columns;
  const found = scaleAndPhase(first!, waves.positions);
  if (!(found.scale > 1e-6)) return undefined;
  const alone = { ...waves, columns: [first!] };
  for (const sign of [1, -1]) {
    const scale = sign * niceScale(found.scale, dim);
    for (const offset of offsetsAt(found.phase + (sign < 0 ? Math.PI : 0))) {
      if (!explains(alone, { scale, offset, base: 1 })) continue;
      const exact = fitBase(waves, scale, offset);
      if (exact === undefined) continue;
      const base = niceBases(exact, waves).find((base) => explains(waves, { scale, offset, base }));
      if (base !== undefined) return { base, scale, offset };
    }
  }
  return undefined;
}

/** Whole numbers that have this phase, the nearest to 0 first. */
function offsetsAt(phase: number): number[] {
  const found: number[] = [];
  for (let size = 0; size <= LARGEST_OFFSET; size++) {
    for (const offset of size === 0 ? [0] : [size, -size]) {
      const turns = (offset - phase) / (2 * Math.PI);
      if (Math.abs(turns - Math.round(turns)) < 2e-6) found.push(offset);
    }
  }
  return found;
}

function niceScale(scale: number, dim: number): number {
  const nice = [1, dim ** -0.5, dim ** 0.5, Number(scale.toPrecision(3))];
  return nice.find((value) => Math.abs(scale / value - 1) < 1e-6) ?? scale;
}

/** The base with ever more digits; 10000 where no column tells. */
function niceBases(exact: number, { columns }: Waves): number[] {
  if (columns.every(({ exponent }) => exponent === 0)) return [10_000];
  return [...[1, 2, 3, 4, 5, 6, 7].map((digits) => Number(exact.toPrecision(digits))), exact];
}

function checkTable(table: NdArray): readonly [number, number] {
  const { data, shape } = checkObject("identifySinusoid", "table", table) as unknown as NdArray;
  if (!(data instanceof Float32Array)) {
    const type = data instanceof Int32Array ? "int32" : show(data);
    throw new TypeError(`identifySinusoid: table must be float32, got ${type}`);
  }
  const [rows = 0, dim = 0] = shape;
  if (shape.length !== 2 || rows < 4 || dim < 2) {
    throw new RangeError(
      `identifySinusoid: table must have shape [positions, dim] with 4 rows and 2 columns at least, got ${show([...shape])}`,
    );
  }
  return [rows, dim];
}
