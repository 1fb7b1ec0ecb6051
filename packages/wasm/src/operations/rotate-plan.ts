import { checks, type NdArray, type RotaryLayout, type SinCos } from "@posenc/core";
import { sameShape, shapeText } from "../check-arrays.ts";
import { type Axes, collapse, popAxis, stepsOf } from "../collapse.ts";

/** So many sharers have the same cosines and sines, and there are rows of those. Steps are in floats. */
export interface Turns {
  readonly sharers: number;
  readonly sharerStep: number;
  readonly rows: number;
  readonly rowStep: number;
  readonly tableStep: number;
}

/** How the axes of x, and of cosines that are repeated for it, are passed. */
interface Plan {
  readonly axes: Axes;
  readonly turns: Turns;
}

/** A plan and what it is for: shapes of x, and of cosines and of sines. */
interface Known extends Plan, RotaryLayout {
  readonly x: readonly number[];
  readonly table: readonly number[];
}

/** Models ask for a few shapes again and again: those of queries and of keys, of a prompt and of a step. */
const REMEMBERED = 4;

/** Plans, the last of which are kept. They throw a TypeError or RangeError where shapes and layout do not fit. */
export function remembering(): (x: readonly number[], turn: SinCos<NdArray>, layout: RotaryLayout) => Plan {
  const kept: Known[] = [];
  return (x, { sin, cos }, layout) => {
    const { pairing, dim, rotaryDim } = layout;
    const known = kept.find(
      (own) =>
        own.pairing === pairing &&
        own.dim === dim &&
        own.rotaryDim === rotaryDim &&
        sameShape(own.x, x) &&
        sameShape(own.table, cos.shape) &&
        sameShape(own.table, sin.shape),
    );
    if (known !== undefined) return known;
    const plan = planOf(x, sin.shape, cos.shape, layout);
    const fresh = { ...plan, pairing, dim, rotaryDim, x: [...x], table: [...cos.shape] };
    if (kept.unshift(fresh) > REMEMBERED) kept.pop();
    return plan;
  };
}

function planOf(
  x: readonly number[],
  sin: readonly number[],
  cos: readonly number[],
  { pairing, dim, rotaryDim }: RotaryLayout,
): Plan {
  checks.checkOneOf("rotate", "layout.pairing", pairing, ["halves", "interleaved"]);
  if (x.at(-1) !== dim) {
    throw new RangeError(
      `rotate: layout.dim must be the last axis of x ${shapeText(x)}, got ${checks.show(dim)}`,
    );
  }
  checks.checkCount("rotate", "layout.rotaryDim", rotaryDim, 2, dim);
  if (rotaryDim % 2 !== 0) {
    throw new RangeError(`rotate: layout.rotaryDim must be even, got ${rotaryDim}`);
  }
  const lead = x.slice(0, -1);
  const whole = [...lead, rotaryDim / 2];
  const steps = stepsOf(cos, whole);
  if (steps === undefined || cos.at(-1) !== whole.at(-1) || !sameShape(cos, sin)) {
    throw new RangeError(
      `rotate: turn must have sines and cosines that broadcast to ${shapeText(whole)}, got ${shapeText(sin)} and ${shapeText(cos)}`,
    );
  }
  const axes = collapse(lead, [stepsOf(x, x)!, steps]);
  return { turns: innerTurns(axes, dim), axes };
}

/** Takes the axes off that one call of a kernel passes: with no step in the table, and with one. */
function innerTurns(axes: Axes, dim: number): Turns {
  const { length, steps } = popAxis(axes);
  const [step, tableStep] = [steps[0]! || dim, steps[1]!];
  const next = axes.steps[1]!.at(-1);
  if (tableStep === 0) {
    if (next === undefined) return { sharers: length, sharerStep: step, rows: 1, rowStep: 0, tableStep: 0 };
    const outer = popAxis(axes);
    return {
      sharers: length,
      sharerStep: step,
      rows: outer.length,
      rowStep: outer.steps[0]!,
      tableStep: outer.steps[1]!,
    };
  }
  const shared = next === 0 ? popAxis(axes) : { length: 1, steps: [0] };
  return {
    sharers: shared.length,
    sharerStep: shared.steps[0]!,
    rows: length,
    rowStep: step,
    tableStep,
  };
}
