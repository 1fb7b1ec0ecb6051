import type { NdArray, RotaryLayout, SinCos } from "@posenc/core";
import { checks } from "@posenc/core";
import { addressOfFloats, checkApartAt, checkShape, sameShape, shapeText } from "../check-arrays.ts";
import { type Axes, collapse, eachOffset, popAxis, stepsOf } from "../collapse.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { bring, takeBack } from "../memory/staging.ts";
import { rotatePlain } from "../plain/rotate.ts";
import { contest } from "./contest.ts";

export type RotateInto = (out: NdArray, x: NdArray, turn: SinCos<NdArray>, layout: RotaryLayout) => NdArray;

/** So many sharers have the same cosines and sines, and there are rows of those. Steps are in floats. */
interface Turns {
  readonly sharers: number;
  readonly sharerStep: number;
  readonly rows: number;
  readonly rowStep: number;
  readonly tableStep: number;
}

interface Operands {
  readonly out: Float32Array;
  readonly x: Float32Array;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  readonly layout: RotaryLayout;
}

/** Where the operands are; below zero where they are not in the memory. */
interface Addresses {
  readonly o: number;
  readonly i: number;
  readonly c: number;
  readonly s: number;
}

/** Streams of memory side by side: Zen 3 is twice as fast with few of them, a Xeon a fifth faster with many. */
const [FEW, MANY] = [4, 16];
/** So many floats of a sharer are worth timing. */
const LONG = 65_536;
/** Of what is copied in and out, half of a second cache of 512 KiB. */
const STAGED = CHUNK / 2;

export function rotateOn(arena: Arena): RotateInto {
  const { kernels, places } = arena;
  const [inPlace, toAnother] = [contest([FEW, MANY]), contest([FEW, MANY])];
  const planFor = remembering();

  return (out, x, turn, layout) => {
    const i = addressOfFloats(arena, "rotate", "x", x);
    const o = addressOfFloats(arena, "rotate", "out", out);
    checks.checkObject("rotate", "turn", turn);
    checks.checkObject("rotate", "layout", layout);
    const { cos, sin } = turn;
    const c = addressOfFloats(arena, "rotate", "turn.cos", cos);
    const s = addressOfFloats(arena, "rotate", "turn.sin", sin);
    const { axes, turns } = planFor(x.shape, turn, layout);
    checkShape("rotate", "out", out, x.shape);
    checkApartAt("rotate", out, o, "x", x, i, true);
    checkApartAt("rotate", out, o, "turn.cos", cos, c, false);
    checkApartAt("rotate", out, o, "turn.sin", sin, s, false);
    if (x.data.length === 0) return out;
    const operands = { out: out.data, x: x.data, cos: cos.data, sin: sin.data, layout } as Operands;
    const addresses = { o, i, c, s };
    eachOffset(axes, ([at, table]) => {
      if (
        kernels === undefined ||
        turns.sharers * turns.rows * layout.dim < SMALL ||
        layout.dim * 4 > CHUNK
      ) {
        plain(operands, at!, table!, turns);
      } else staged(operands, addresses, at!, table!, turns);
    });
    return out;
  };

  function call(
    out: number,
    x: number,
    cos: number,
    sin: number,
    { sharers, sharerStep, rows, rowStep, tableStep }: Turns,
    { pairing, dim, rotaryDim }: RotaryLayout,
  ): void {
    const far = sharerStep > rowStep && rows * dim >= LONG;
    const most = far ? MANY : sharers;
    const streams = out === x ? inPlace : toAnother;
    for (let first = 0; first < sharers; first += most) {
      const width = Math.min(most, sharers - first);
      const at = 4 * first * sharerStep;
      const side = streams.start(far && width === most ? rows * dim : 0);
      kernels!.rotate(
        out + at,
        x + at,
        cos,
        sin,
        width,
        4 * sharerStep,
        rows,
        4 * rowStep,
        4 * tableStep,
        rotaryDim / 2,
        dim - rotaryDim,
        side,
        Number(pairing === "interleaved"),
      );
      streams.stop();
    }
  }

  /**
   * What is not in the memory is copied in and out. Cosines and sines a part at a time, for all who share them; `x` and
   * `out` a run of memory at a time.
   */
  function staged(
    { out, x, cos, sin, layout }: Operands,
    { o, i, c, s }: Addresses,
    at: number,
    table: number,
    { sharers, sharerStep, rows, rowStep, tableStep }: Turns,
  ): void {
    const { dim, rotaryDim } = layout;
    const [inside, turned] = [o >= 0 && i >= 0, c >= 0 && s >= 0];
    const most = Math.max(Math.floor(STAGED / 4 / dim), 1);
    const wide = inside ? sharers : sharerStep === dim ? Math.min(sharers, most) : 1;
    const deep = inside ? (turned ? rows : most) : Math.floor(most / wide);
    const [rowsApart, sharersApart] = inside ? [rowStep, sharerStep] : [wide * dim, dim];
    for (let row = 0; row < rows; row += deep) {
      const depth = Math.min(deep, rows - row);
      const from = table + row * tableStep;
      const length = (depth - 1) * tableStep + rotaryDim / 2;
      const cosAt = bring(arena, cos, c, from, length, places[1]);
      const sinAt = bring(arena, sin, s, from, length, places[2]);
      for (let first = 0; first < sharers; first += wide) {
        const width = Math.min(wide, sharers - first);
        const start = at + row * rowStep + first * sharerStep;
        const run = depth * width * dim;
        const given = inside ? i + 4 * start : bring(arena, x, i, start, run, places[0]);
        const to = o >= 0 ? o + 4 * start : places[0];
        const part = { sharers: width, sharerStep: sharersApart, rows: depth, rowStep: rowsApart, tableStep };
        call(to, given, cosAt, sinAt, part, layout);
        takeBack(arena, out, o, start, run, places[0]);
      }
    }
  }
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

function plain({ out, x, cos, sin, layout }: Operands, at: number, table: number, turns: Turns): void {
  const { sharers, sharerStep, rows, rowStep, tableStep } = turns;
  const { pairing, dim, rotaryDim } = layout;
  const half = rotaryDim / 2;
  const [pairStep, memberStep] = pairing === "halves" ? [1, half] : [2, 1];
  rotatePlain(
    ...([out, at, x, at, cos, table, sin, table, sharers, sharerStep, rows, rowStep] as const),
    ...([tableStep, half, dim - rotaryDim, pairStep, memberStep] as const),
  );
}

/** How the axes of x, and of cosines that are repeated for it, are passed. */
interface Plan {
  readonly axes: Axes;
  readonly turns: Turns;
}

/** Models ask for a few shapes again and again: those of queries and of keys, of a prompt and of a step. */
const REMEMBERED = 4;

/** Plans, the last of which are kept. */
function remembering(): (x: readonly number[], turn: SinCos<NdArray>, layout: RotaryLayout) => Plan {
  const kept: (Plan & { readonly key: readonly (readonly number[])[]; readonly pairing: string })[] = [];
  return (x, { sin, cos }, layout) => {
    const { pairing, dim, rotaryDim } = layout;
    const known = kept.find(
      ({ key, pairing: own }) =>
        own === pairing &&
        key[3]![0] === dim &&
        key[3]![1] === rotaryDim &&
        sameShape(key[0]!, x) &&
        sameShape(key[1]!, cos.shape) &&
        sameShape(key[2]!, sin.shape),
    );
    if (known !== undefined) return known;
    const plan = planOf(x, sin.shape, cos.shape, layout);
    const key = [[...x], [...cos.shape], [...sin.shape], [dim, rotaryDim]];
    if (kept.unshift({ ...plan, key, pairing }) > REMEMBERED) kept.pop();
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
