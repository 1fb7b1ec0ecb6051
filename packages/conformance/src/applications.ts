import {
  array,
  bind,
  type Encoder,
  initialise,
  type Kind,
  type NdArray,
  type Ops,
  random,
  range,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import type { Device } from "./device.ts";
import { integers } from "./expect.ts";

/** What one encoder is given, and where: the inputs of one call of what `bind` returns. */
export interface Call {
  readonly batch: number;
  /** The first row of a larger batch of which this is a part; 0 unless given. */
  readonly firstRow?: number;
  /** [length] or [batch, length]. */
  readonly positions: NdArray;
  /** Of the keys, where they stand elsewhere. */
  readonly keyPositions?: NdArray;
}

const HEADS = 2;
/** Length of an embedding where the encoder takes any. */
const ANY_DIM = 6;

/**
 * [batch, ...lead, length, dim] of values in [−1, 1). A row depends on its name, batch, head and position only, so
 * that a part of a sequence is given what the whole is given there.
 */
function rows(name: string, call: Call, positions: NdArray, lead: readonly number[], dim: number): NdArray {
  const { batch, firstRow = 0 } = call;
  const length = lengthOf(positions);
  const blocks = sizeOf(lead);
  const data: number[] = [];
  for (let row = 0; row < batch; row++) {
    const places = positions.data.subarray(positions.shape.length === 2 ? row * length : 0).slice(0, length);
    for (let block = 0; block < blocks; block++) {
      for (const place of places) {
        const { uniform } = random(0, `${name} ${firstRow + row} ${block} ${place}`);
        for (let d = 0; d < dim; d++) data.push(2 * uniform() - 1);
      }
    }
  }
  return array(Float32Array.from(data), [batch, ...lead, length, dim]);
}

interface Place<E extends Encoder> {
  inputs(encoder: E, call: Call): NdArray[];
  apply<T>(encoder: E, ops: Ops<T>, values: Record<string, T>, inputs: readonly T[]): readonly T[];
  /** Shapes of the outputs, as the interface promises them. */
  shapes(encoder: E, call: Call): (readonly number[])[];
}

/** Positions as the encoder takes them: for several axes, p becomes p, p / 2, p / 3 … (rounded down). */
function coordinates({ positions: { axes } = {} }: Encoder, { data, shape }: NdArray): NdArray {
  if (axes === undefined) return { data, shape };
  const whole = data instanceof Int32Array;
  const all = Array.from(data).flatMap((place) =>
    Array.from({ length: axes }, (_, axis) => (whole ? Math.floor(place / (axis + 1)) : place / (axis + 1))),
  );
  return array(whole ? Int32Array.from(all) : Float32Array.from(all), [...shape, axes]);
}

/** What a {@link Call}'s positions are below. */
export function limitOf({
  positions: { below = Number.POSITIVE_INFINITY, sizes = [] } = {},
}: Encoder): number {
  return Math.min(below, ...sizes.map((size, axis) => size * (axis + 1)));
}

const lengthOf = (positions: NdArray): number => positions.shape.at(-1)!;
const keysOf = ({ positions, keyPositions = positions }: Call): NdArray => keyPositions;

const places: { readonly [K in Kind]: Place<Extract<Encoder, { kind: K }>> } = {
  additive: {
    inputs: (encoder, call) => [
      rows("x", call, call.positions, [], encoder.dim ?? ANY_DIM),
      coordinates(encoder, call.positions),
    ],
    apply: (encoder, ops, values, [x, positions]) => [bind(encoder, ops, values)(x!, positions!)],
    shapes: ({ dim = ANY_DIM }, { batch, positions }) => [[batch, lengthOf(positions), dim]],
  },
  rotary: {
    inputs(encoder, call) {
      const { positions, keyPositions } = call;
      const q = rows("q", call, positions, [HEADS], encoder.dim);
      const k = rows("k", call, keysOf(call), [HEADS], encoder.dim);
      return [
        q,
        k,
        ...[positions, ...(keyPositions ? [keyPositions] : [])].map((at) => coordinates(encoder, at)),
      ];
    },
    apply: (encoder, ops, values, [q, k, positions, keyPositions]) =>
      bind(encoder, ops, values)(q!, k!, positions!, keyPositions),
    shapes: ({ dim }, call) =>
      [call.positions, keysOf(call)].map((at) => [call.batch, HEADS, lengthOf(at), dim]),
  },
  bias: {
    inputs: (encoder, call) => [call.positions, keysOf(call)].map((at) => coordinates(encoder, at)),
    apply: (encoder, ops, values, [queries, keys]) => [bind(encoder, ops, values)(queries!, keys!)],
    shapes({ heads }, call) {
      const batches = call.positions.shape.slice(0, -1);
      return [[...batches, heads, lengthOf(call.positions), lengthOf(keysOf(call))]];
    },
  },
  content: {
    inputs(encoder, call) {
      const { heads, dim } = encoder;
      const q = rows("q", call, call.positions, [heads], dim);
      const k = rows("k", call, keysOf(call), [heads], dim);
      return [q, k, productsOf(q, k), call.positions, keysOf(call)];
    },
    apply: (encoder, ops, values, [q, k, products, queries, keys]) => [
      bind(encoder, ops, values)({ q: q!, k: k!, products: products! }, queries!, keys!),
    ],
    shapes: ({ heads }, call) => [[call.batch, heads, lengthOf(call.positions), lengthOf(keysOf(call))]],
  },
};

/** q·kᵀ / √dim on the host, as a model gives it. */
function productsOf(q: NdArray, k: NdArray): NdArray {
  const { matMul, mul, swapAxes } = typedArrays;
  return mul(matMul(q, swapAxes(k, -2, -1)), 1 / Math.sqrt(q.shape.at(-1)!));
}

const placeOf = (encoder: Encoder): Place<Encoder> => places[encoder.kind] as Place<Encoder>;

/** The inputs of one call: x; or q and k; and positions. */
export function inputsOf(encoder: Encoder, call: Call): NdArray[] {
  return placeOf(encoder).inputs(encoder, call);
}

/** What `bind` makes of the encoder, called with {@link inputsOf} as tensors. */
export function applyTo<T>(
  encoder: Encoder,
  ops: Ops<T>,
  values: Record<string, T>,
  inputs: readonly T[],
): readonly T[] {
  return placeOf(encoder).apply(encoder, ops, values, inputs);
}

/** What {@link encode} returns has these shapes. */
export function shapesOf(encoder: Encoder, call: Call): (readonly number[])[] {
  return placeOf(encoder).shapes(encoder, call);
}

/** What comes of one call: x with its encoding; q and k turned; or scores. In one run of the device. */
export async function encode(encoder: Encoder, device: Device, calls: readonly Call[]): Promise<NdArray[][]> {
  const place = placeOf(encoder);
  const names = Object.keys(encoder.parameters);
  const parameters = initialise(encoder.parameters, 1);
  const values = names.map((name) => array(parameters[name]!, encoder.parameters[name]!.shape));
  const inputs = calls.map((call) => place.inputs(encoder, call));

  const outputs = await device.run([...values, ...inputs.flat()], (ops, ...tensors) => {
    const bound = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
    let at = names.length;
    return inputs.flatMap(({ length }) => {
      at += length;
      return place.apply(encoder, ops, bound, tensors.slice(at - length, at));
    });
  });

  let at = 0;
  return calls.map((call) => {
    const { length } = place.shapes(encoder, call);
    at += length;
    return outputs.slice(at - length, at);
  });
}

/** Positions `from`, `from` + 1, …: [length], or [batch, length] where each row starts later than the one before. */
export function positionsFrom(from: number, length: number, batch?: number, step = 1): NdArray {
  if (batch === undefined) return range(length, from);
  return integers([batch, length], (row, i) => from + row * step + i);
}
