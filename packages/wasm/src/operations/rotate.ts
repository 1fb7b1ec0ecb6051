import { checks, type NdArray, type RotaryLayout, type SinCos } from "@posenc/core";
import { addressOfFloats, checkApartAt, checkShape } from "../check-arrays.ts";
import { eachOffset } from "../collapse.ts";
import { type Arena, CHUNK } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { bring, takeBack } from "../memory/staging.ts";
import { rotatePlain } from "../plain/rotate.ts";
import { contest } from "./contest.ts";
import { remembering, type Turns } from "./rotate-plan.ts";

export type RotateInto = (out: NdArray, x: NdArray, turn: SinCos<NdArray>, layout: RotaryLayout) => NdArray;

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
