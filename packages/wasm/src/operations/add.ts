import type { NdArray } from "@posenc/core";
import { addressOfFloats, checkApartAt, checkShape, type Floats, shapeText } from "../check-arrays.ts";
import { collapse, eachOffset, popAxis, stepsOf } from "../collapse.ts";
import type { Arena } from "../memory/arena.ts";
import { SMALL } from "../memory/small.ts";
import { bring, takeBack } from "../memory/staging.ts";
import { addPlain } from "../plain/add.ts";

export type AddInto = (out: NdArray, a: NdArray, b: NdArray) => NdArray;

/** Operands with steps in floats from row to row, and (0 or 1) along a row. */
interface Rows {
  readonly rows: number;
  readonly aRow: number;
  readonly aStep: number;
  readonly bRow: number;
  readonly bStep: number;
}

type Arrays = readonly [out: Floats, a: Floats, b: Floats];
type Three = readonly [out: number, a: number, b: number];

/** Floats in a tile: what is copied in, added and copied out stays in the second cache. */
const ROOM = 8192;

export function addOn(arena: Arena): AddInto {
  const { kernels, places } = arena;

  return (out, a, b) => {
    const first = addressOfFloats(arena, "add", "a", a);
    const second = addressOfFloats(arena, "add", "b", b);
    const to = addressOfFloats(arena, "add", "out", out);
    if (!isSum(out.shape, a.shape, b.shape)) checkShape("add", "out", out, checkBroadcast(a.shape, b.shape));
    checkApartAt("add", out, to, "a", a, first, true);
    checkApartAt("add", out, to, "b", b, second, true);
    const size = out.data.length;
    if (size === 0) return out;
    if (a.data.length === size && b.data.length === size) {
      addAll(out as Floats, a as Floats, b as Floats, to, first, second);
      return out;
    }
    const axes = collapse(out.shape, [stepsOf(a.shape, out.shape)!, stepsOf(b.shape, out.shape)!]);
    const inner = popAxis(axes);
    const outer = popAxis(axes);
    const rows: Rows = {
      rows: outer.length,
      aRow: outer.steps[0]!,
      aStep: inner.steps[0]!,
      bRow: outer.steps[1]!,
      bStep: inner.steps[1]!,
    };
    let o = 0;
    eachOffset(axes, ([i, j]) => {
      addRows([out, a, b] as unknown as Arrays, [to, first, second], [o, i!, j!], rows, inner.length);
      o += outer.length * inner.length;
    });
    return out;
  };

  /** All of three arrays of one size. */
  function addAll(
    { data: out }: Floats,
    { data: a }: Floats,
    { data: b }: Floats,
    to: number,
    first: number,
    second: number,
  ): void {
    const size = out.length;
    if (kernels === undefined || size < SMALL) addPlain(out, 0, a, 0, 1, b, 0, 1, size);
    else if (to >= 0 && first >= 0 && second >= 0) kernels.addRows(to, first, second, 1, size, 0, 0);
    else {
      for (let at = 0; at < size; at += ROOM) {
        const n = Math.min(ROOM, size - at);
        const x = bring(arena, a, first, at, n, places[0]);
        const y = bring(arena, b, second, at, n, places[1]);
        kernels.addRows(to >= 0 ? to + 4 * at : places[0], x, y, 1, n, 0, 0);
        takeBack(arena, out, to, at, n, places[0]);
      }
    }
  }

  /** out + o = a + i, b + j */
  function addRows(arrays: Arrays, addresses: Three, offsets: Three, own: Rows, count: number): void {
    const { rows, aRow, aStep, bRow, bStep } = own;
    if (kernels === undefined || rows * count < SMALL) plain(arrays, offsets, own, count);
    else if (aStep === 0) {
      const [[out, a, b], [to, first, second], [o, i, j]] = [arrays, addresses, offsets];
      const swapped = { rows, aRow: bRow, aStep: bStep, bRow: aRow, bStep: aStep };
      addRows([out, b, a], [to, second, first], [o, j, i], swapped, count);
    } else if (addresses[0] >= 0 && addresses[1] >= 0 && addresses[2] >= 0) {
      const [at, x, y] = addresses;
      call(at + 4 * offsets[0], x + 4 * offsets[1], y + 4 * offsets[2], own, rows, count);
    } else staged(arrays, addresses, offsets, own, count);
  }

  function call(out: number, a: number, b: number, own: Rows, rows: number, count: number): void {
    const kernel = own.bStep === 1 ? kernels!.addRows : kernels!.addToRows;
    kernel(out, a, b, rows, count, 4 * own.aRow, 4 * own.bRow);
  }

  /** A tile of rows and columns at a time; what all rows have in common is copied once for each column of tiles. */
  function staged(
    [out, a, b]: Arrays,
    [to, first, second]: Three,
    [o, i, j]: Three,
    { rows, aRow, aStep, bRow, bStep }: Rows,
    count: number,
  ): void {
    const wide = Math.min(count, ROOM);
    const deep = wide < count ? 1 : Math.min(rows, Math.max(Math.floor(ROOM / count), 1));
    const place = aRow === 0 && rows > 1 ? places[2] : places[0]; // in place, unless a row is used again
    for (let column = 0; column < count; column += wide) {
      const n = Math.min(wide, count - column);
      const length = bStep === 0 ? 1 : n;
      const bAt = j + column * bStep;
      const held = bRow === 0 ? bringRows(b.data, second, bAt, 1, length, 0, places[1]) : 0;
      const aInside = first >= 0 || aRow === 0 ? aRow : n;
      const bInside = second >= 0 || bRow === 0 ? bRow : length;
      const inside = { rows, aRow: aInside, aStep, bRow: bInside, bStep };
      for (let row = 0; row < rows; row += deep) {
        const depth = Math.min(deep, rows - row);
        const at = o + row * count + column;
        const x = bringRows(a.data, first, i + row * aRow + column, depth, n, aRow, places[0]);
        const y =
          bRow === 0 ? held : bringRows(b.data, second, bAt + row * bRow, depth, length, bRow, places[1]);
        call(to >= 0 ? to + 4 * at : place, x, y, inside, depth, n);
        takeBack(arena, out.data, to, at, depth * n, place);
      }
    }
  }

  /** The address of rows; those of an ordinary array are copied to `place`, one beside the other. */
  function bringRows(
    data: Float32Array,
    address: number,
    at: number,
    rows: number,
    length: number,
    step: number,
    place: number,
  ): number {
    const together = step === length || rows === 1;
    if (address >= 0 || together || step === 0) {
      return bring(arena, data, address, at, together ? rows * length : length, place);
    }
    for (let k = 0; k < rows; k++) bring(arena, data, -1, at + k * step, length, place + 4 * k * length);
    return place;
  }
}

function plain([out, a, b]: Arrays, [o, i, j]: Three, own: Rows, count: number): void {
  const { rows, aRow, aStep, bRow, bStep } = own;
  for (let row = 0; row < rows; row++) {
    addPlain(out.data, o + row * count, a.data, i + row * aRow, aStep, b.data, j + row * bRow, bStep, count);
  }
}

/** Whether a and b broadcast to `shape`; makes no array. */
function isSum(shape: readonly number[], a: readonly number[], b: readonly number[]): boolean {
  const rank = shape.length;
  if (Math.max(a.length, b.length) !== rank) return false;
  for (let i = 1; i <= rank; i++) {
    const length = shape[rank - i]!;
    const n = i <= a.length ? a[a.length - i]! : 1;
    const m = i <= b.length ? b[b.length - i]! : 1;
    if ((n !== length && n !== 1) || (m !== length && m !== 1) || (n !== length && m !== length))
      return false;
  }
  return true;
}

/** The shape that both broadcast to, as in NumPy; undefined where there is none. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  const shape: number[] = [];
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const [n, m] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1];
    if (n !== m && n !== 1 && m !== 1) return undefined;
    shape.unshift(n === 1 ? m : n);
  }
  return shape;
}

export function checkBroadcast(a: readonly number[], b: readonly number[]): number[] {
  const shape = broadcast(a, b);
  if (shape !== undefined) return shape;
  throw new RangeError(`add: a and b must broadcast, got shapes ${shapeText(a)} and ${shapeText(b)}`);
}
