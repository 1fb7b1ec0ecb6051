/** A column of a table: at position p it is the scale times the wave of base^(−exponent) · (p + offset). */
export interface Column {
  readonly wave: "sin" | "cos";
  readonly exponent: number;
  /** A value for each row. */
  readonly values: Float64Array;
}

/** Columns of one table, whose rows stand at `positions`. */
export interface Waves {
  readonly columns: readonly Column[];
  /** Without the offset. */
  readonly positions: Float64Array;
}

export interface Fit {
  readonly scale: number;
  readonly offset: number;
  readonly base: number;
}

/** Bases are looked for between 1 and this. */
const LARGEST_BASE = 1e9;
/** Rows that a search looks at: enough to tell frequencies apart. */
const ROWS = 32;

/**
 * The scale and the phase of a wave of frequency 1: least squares in sin p and cos p.
 * `phase` is the offset modulo 2π.
 */
export function scaleAndPhase(
  { wave, values }: Column,
  positions: Float64Array,
): { scale: number; phase: number } {
  let [ss, sc, cc, sy, cy] = [0, 0, 0, 0, 0];
  values.forEach((y, row) => {
    const [s, c] = [Math.sin(positions[row]!), Math.cos(positions[row]!)];
    ss += s * s;
    sc += s * c;
    cc += c * c;
    sy += s * y;
    cy += c * y;
  });
  const determinant = ss * cc - sc * sc;
  const a = (sy * cc - cy * sc) / determinant; // of sin p
  const b = (cy * ss - sy * sc) / determinant; // of cos p
  const phase = wave === "sin" ? Math.atan2(b, a) : Math.atan2(-a, b);
  return { scale: Math.hypot(a, b), phase };
}

/** Every value as the formula has it, but for what float32 angles may be off. */
export function explains({ columns, positions }: Waves, { scale, offset, base }: Fit): boolean {
  return columns.every(({ wave, exponent, values }) => {
    const frequency = base ** -exponent;
    return values.every((value, row) => {
      const angle = frequency * (positions[row]! + offset);
      const error = Math.abs(scale * Math[wave](angle) - value);
      return error <= Math.abs(scale) * (2e-7 + 5e-7 * Math.abs(angle));
    });
  });
}

/**
 * The base that fits best. Columns come in one by one, those of higher frequency first: each narrows down what
 * the next may be. Undefined where no base will do.
 */
export function fitBase({ columns, positions }: Waves, scale: number, offset: number): number | undefined {
  const rows = Math.min(positions.length, ROWS);
  const farthest = Math.max(Math.abs(positions[rows - 1]! + offset), Math.abs(positions[0]! + offset), 1);
  const stages = stagesOf(columns);
  let [low, high] = [0, Math.log(LARGEST_BASE)];
  let best = low;
  for (const [stage, { exponent }] of stages.entries()) {
    const used = stages.slice(Math.max(stage - 3, 0), stage + 1).flatMap((columns) => columns.columns);
    const error = (logarithm: number) => errorOf(used, positions, rows, scale, offset, logarithm);
    const wave = 1 / (exponent * farthest);
    const steps = Math.ceil((high - low) / (0.4 * wave)) + 16;
    const step = (high - low) / steps;
    const errors = Float64Array.from({ length: steps + 1 }, (_, i) => error(low + i * step));
    const minima = valleys(errors, stage === 0 ? 8 : 1).map((i) =>
      lowest(error, low + (i - 1) * step, low + (i + 1) * step),
    );
    best = minima.reduce((a, b) => (error(b) < error(a) ? b : a));
    if (error(best) > used.length * rows * (5e-3 * scale) ** 2) return undefined;
    const reach = 0.4 / ((stages[stage + 1]?.exponent ?? exponent) * farthest);
    [low, high] = [Math.max(best - reach, 0), best + reach];
  }
  return Math.exp(best);
}

/** Where there may be a least value between the steps: the deepest so many. */
function valleys(errors: Float64Array, count: number): number[] {
  const at = (i: number) => errors[i] ?? Number.POSITIVE_INFINITY;
  const all = Array.from(errors.keys()).filter((i) => at(i) <= at(i - 1) && at(i) <= at(i + 1));
  return all.sort((a, b) => at(a) - at(b)).slice(0, count);
}

interface Stage {
  readonly exponent: number;
  readonly columns: readonly Column[];
}

/** Exponents that rise by half each, up to the largest, with their columns. */
function stagesOf(columns: readonly Column[]): Stage[] {
  const exponents = [...new Set(columns.map(({ exponent }) => exponent))]
    .filter((exponent) => exponent > 0)
    .sort((a, b) => a - b);
  const chosen = exponents.filter(
    (exponent, i) => i === 0 || i === exponents.length - 1 || isStep(i, exponent),
  );
  return chosen.map((exponent) => ({
    exponent,
    columns: columns.filter((column) => column.exponent === exponent),
  }));

  function isStep(i: number, exponent: number): boolean {
    const power = (value: number) => Math.floor(Math.log(value / exponents[0]!) / Math.log(1.5) + 1e-9);
    return power(exponent) > power(exponents[i - 1]!);
  }
}

function errorOf(
  columns: readonly Column[],
  positions: Float64Array,
  rows: number,
  scale: number,
  offset: number,
  logarithm: number,
): number {
  let sum = 0;
  for (const { wave, exponent, values } of columns) {
    const frequency = Math.exp(-exponent * logarithm);
    const f = Math[wave];
    for (let row = 0; row < rows; row++) {
      sum += (scale * f(frequency * (positions[row]! + offset)) - values[row]!) ** 2;
    }
  }
  return sum;
}

/** Golden-section search for the least value between two ends. */
function lowest(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  for (let i = 0; i < 60; i++) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      c = b - ratio * (b - a);
      fc = f(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + ratio * (b - a);
      fd = f(d);
    }
  }
  return (a + b) / 2;
}
