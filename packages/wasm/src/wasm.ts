import {
  type Composites,
  checks,
  type Frequencies,
  isFrequencies,
  type NdArray,
  type Operand,
  type Primitives,
  plainTypedArrays,
  type RotaryLayout,
  type SinCos,
  typedArrays,
} from "@posenc/core";
import { sameShape, shapeText, size } from "./check-arrays.ts";
import { stepsOf } from "./collapse.ts";
import { type Arena, arena, checkMaxBytes, type Data, reserve } from "./memory/arena.ts";
import { openScope, type Scope, scoped } from "./memory/scope.ts";
import { type AddInto, addOn, broadcast, checkBroadcast } from "./operations/add.ts";
import { type GatherAddInto, type GatherInto, gatherOn } from "./operations/gather.ts";
import { type LayerNormInto, layerNormOn } from "./operations/layer-norm.ts";
import { type RelativeOperations, relativeOn } from "./operations/relative.ts";
import { type RotateInto, rotateOn } from "./operations/rotate.ts";
import { checkFrequencies, type SincosInto, sincosOn } from "./operations/sincos.ts";
import { type SoftmaxInto, softmaxOn } from "./operations/softmax.ts";

/** What does the work of everything else, as it was when this module was loaded. */
const plain = { ...typedArrays };

export interface WasmOptions {
  /**
   * The size of the memory, which never grows; 2^30 (1 GiB) unless given, 2^22 to 2^32. It is reserved, and takes real
   * memory only where it is written.
   */
  readonly maxBytes?: number;
  /** false: plain JavaScript, with the same results bit for bit. That is what runs, too, where SIMD is missing. */
  readonly simd?: boolean;
}

/**
 * Kernels on one memory. Every operation takes arrays of that memory (`tensor`) and ordinary ones, mixed as they come;
 * with the former nothing is copied. `…Into(out, …)` writes to `out` and returns it; `out` may be the first operand
 * itself (in place) but must not overlap the others.
 *
 * All throw a TypeError or RangeError that names the argument, before any work.
 */
export interface Wasm extends RelativeOperations {
  /** Whether SIMD kernels are in use. */
  readonly simd: boolean;
  readonly maxBytes: number;
  /** Bytes of tensors that are alive. */
  readonly usedBytes: number;

  /**
   * A tensor of zeros, or a copy of `contents`, in the memory. It is freed with its scope, by `free`, or some time after
   * nothing refers to its `data` any more (a subarray does not count).
   *
   * @throws RangeError where there is no room
   */
  tensor(shape: readonly number[], contents?: "float32" | "int32" | Data): NdArray;
  /** Frees a tensor now; its `data` must not be used any more. */
  free(x: NdArray): void;
  /** Runs `body` and frees the tensors made in it, but for those in its result. */
  scope<R>(body: () => R): R;
  /** The same for a block: `using scope = openScope()`, or `close()` it. */
  openScope(): Scope;

  /** {@link Composites.rotate}: x, out [..., length, dim]; turn broadcasts to [..., length, rotaryDim / 2]. */
  rotateInto: RotateInto;
  /** positions [...shape], n frequencies → sines and cosines [...shape, n], within one float32 ulp up to 2^24. */
  sincosInto: SincosInto;
  /** a + b, broadcast as in NumPy. */
  addInto: AddInto;
  /** Rows of `table` [rows, ...rest] at `indices` [...shape] → [...shape, ...rest]. */
  gatherInto: GatherInto;
  /** x + rows of `table` at `indices`; x broadcasts to [...shape, ...rest]. */
  gatherAddInto: GatherAddInto;
  /** Over the last axis, of x + bias where there is one; bias broadcasts to x, but has all of its last axis. */
  softmaxInto: SoftmaxInto;
  /** {@link Composites.layerNorm}: gain, bias [dim]. */
  layerNormInto: LayerNormInto;

  rotate(x: NdArray, turn: SinCos<NdArray>, layout: RotaryLayout): NdArray;
  sincos(positions: NdArray, frequencies: Frequencies): SinCos<NdArray>;
  add(a: NdArray, b: NdArray): NdArray;
  gather(table: NdArray, indices: NdArray): NdArray;
  gatherAdd(x: NdArray, table: NdArray, indices: NdArray): NdArray;
  softmax(x: NdArray, bias?: NdArray): NdArray;
  layerNorm(x: NdArray, gain: NdArray, bias: NdArray): NdArray;

  /** For `completeOps(typedArrays, kernels)`. */
  readonly kernels: Pick<
    Composites<NdArray>,
    "rotate" | "sincos" | "relativeScores" | "softmax" | "layerNorm"
  >;
  /** Primitives that are faster here, in place of those of `typedArrays`. */
  readonly primitives: Pick<Primitives<NdArray>, "add" | "gather" | "exactSincos">;
}

/**
 * A memory with kernels on it. A result of the operations that make one lies where their first operand lies: in the
 * memory, as long as there is room, or in an ordinary array.
 *
 * @throws TypeError, RangeError for a bad option, or where the memory cannot be reserved
 */
export function wasm(options: WasmOptions = {}): Wasm {
  checks.checkNames("wasm", options, ["maxBytes", "simd"]);
  const { maxBytes = 2 ** 30, simd = true } = options;
  return wasmOn(arena(reserve(checkMaxBytes(maxBytes), checks.checkBoolean("wasm", "simd", simd))));
}

/** All operations on a memory. */
export function wasmOn(memory: Arena): Wasm {
  const rotateInto = rotateOn(memory);
  const sincosInto = sincosOn(memory);
  const addInto = addOn(memory);
  const { gatherInto, gatherAddInto } = gatherOn(memory, addInto);
  const softmaxInto = softmaxOn(memory);
  const layerNormInto = layerNormOn(memory);
  const { operations, relativeScores } = relativeOn(memory);

  /** A new array beside `x`. */
  function beside(x: NdArray, shape: readonly number[]): NdArray {
    const length = size(shape);
    const here = x.data.length > 0 && memory.addressOf(x.data) >= 0;
    const data = here ? memory.make(length, "float32", false) : undefined;
    return { data: data ?? new Float32Array(length), shape: [...shape] };
  }

  /** What `fill` makes of new arrays; they are freed where it throws. */
  function filled<R>(outs: readonly NdArray[], fill: (...outs: NdArray[]) => R): R {
    try {
      return fill(...outs);
    } catch (error) {
      for (const { data } of outs) memory.release(data);
      throw error;
    }
  }

  /** The form of an operation that makes its result, beside the first operand, in the shape that `shapeOf` says. */
  const making =
    <Operands extends readonly [NdArray, ...unknown[]]>(
      into: (out: NdArray, ...operands: Operands) => NdArray,
      shapeOf: (...operands: Operands) => readonly number[],
    ) =>
    (...operands: Operands): NdArray =>
      filled([beside(operands[0], shapeOf(...operands))], (out) => into(out, ...operands));
  const ofFirst = ({ shape }: NdArray) => shape;
  const rows = (table: NdArray, indices: NdArray) => [...indices.shape, ...table.shape.slice(1)];

  const rotate: Wasm["rotate"] = making(rotateInto, ofFirst);
  const add: Wasm["add"] = making(addInto, (a, b) => checkBroadcast(a.shape, b.shape));
  const gather: Wasm["gather"] = making(gatherInto, rows);
  const gatherAdd: Wasm["gatherAdd"] = making(gatherAddInto, (_, table, indices) => rows(table, indices));
  const softmax: Wasm["softmax"] = making(softmaxInto, ofFirst);
  const layerNorm: Wasm["layerNorm"] = making(layerNormInto, ofFirst);
  const sincos: Wasm["sincos"] = (positions, frequencies) => {
    checkFrequencies(frequencies);
    const shape = [...positions.shape, frequencies.high.length];
    return filled([beside(positions, shape), beside(positions, shape)], (sin, cos) =>
      sincosInto({ sin, cos }, positions, frequencies),
    );
  };

  const isFloat = (x: Operand<NdArray>): x is NdArray =>
    typeof x !== "number" && x.data instanceof Float32Array;
  const lift = (x: Operand<NdArray>): NdArray =>
    typeof x === "number" ? { data: Float32Array.of(x), shape: [] } : x;

  return {
    simd: memory.kernels !== undefined,
    maxBytes: memory.maxBytes,
    get usedBytes() {
      return memory.usedBytes();
    },

    tensor(shape, contents = "float32") {
      if (!Array.isArray(shape)) {
        throw new TypeError(`tensor: shape must be an array, got ${checks.show(shape)}`);
      }
      for (const [i, length] of shape.entries()) checks.checkCount("tensor", `shape[${i}]`, length, 0);
      const length = size(shape);
      if (typeof contents === "string") {
        checks.checkOneOf("tensor", "contents", contents, ["float32", "int32"]);
      } else if (!(contents instanceof Float32Array || contents instanceof Int32Array)) {
        throw new TypeError(
          `tensor: contents must be "float32", "int32", a Float32Array or an Int32Array, got ${checks.show(contents)}`,
        );
      } else if (contents.length !== length) {
        throw new RangeError(
          `tensor: contents must be the ${length} values of shape ${shapeText(shape)}, got ${contents.length}`,
        );
      }
      const zeros = typeof contents === "string";
      const type = contents === "int32" || contents instanceof Int32Array ? "int32" : "float32";
      const data = memory.make(length, type, zeros);
      if (data === undefined) {
        throw new RangeError(
          `tensor: shape must fit into what is left of ${memory.maxBytes} bytes, got ${shapeText(shape)}`,
        );
      }
      if (!zeros) data.set(contents);
      return { data, shape: [...shape] };
    },

    free(x) {
      if (x?.data === undefined || !memory.release(x.data)) {
        throw new RangeError("free: x must be a tensor of this memory that is not freed, got another array");
      }
    },

    scope: (body) => scoped(memory, body),
    openScope: () => openScope(memory),

    rotateInto,
    sincosInto,
    addInto,
    gatherInto,
    gatherAddInto,
    softmaxInto,
    layerNormInto,
    ...operations,
    rotate,
    sincos,
    add,
    gather,
    gatherAdd,
    softmax,
    layerNorm,

    kernels: {
      rotate(x, turn, layout) {
        const { sin, cos } = turn;
        const rows = stepsOf(cos.shape.slice(0, -1), x.shape.slice(0, -1)) !== undefined;
        const usual = rows && sameShape(sin.shape, cos.shape) && cos.shape.at(-1) === layout.rotaryDim / 2;
        return usual ? rotate(x, turn, layout) : plainTypedArrays.rotate(x, turn, layout);
      },
      sincos: (positions, frequencies) =>
        isFrequencies(frequencies) ? sincos(positions, frequencies) : plain.sincos(positions, frequencies),
      relativeScores: (queries, keys, scoreOf) =>
        relativeScores(queries, keys, scoreOf, (shape) => beside(queries, shape)) ??
        plain.relativeScores(queries, keys, scoreOf),
      softmax: (x) => softmax(x),
      layerNorm(x, gain, bias) {
        const usual = sameShape(gain.shape, bias.shape) && gain.shape.length === 1;
        return usual ? layerNorm(x, gain, bias) : plainTypedArrays.layerNorm(x, gain, bias);
      },
    },

    primitives: {
      add(a, b) {
        const [x, y] = [lift(a), lift(b)];
        const floats = (isFloat(a) || isFloat(b)) && isFloat(x) && isFloat(y);
        return floats && broadcast(x.shape, y.shape) ? add(x, y) : plain.add(a, b);
      },
      gather: (table, indices) => (isFloat(table) ? gather(table, indices) : plain.gather(table, indices)),
      exactSincos: sincos,
    },
  };
}
