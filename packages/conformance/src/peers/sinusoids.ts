import {
  type AdditiveEncoder,
  type Applied,
  array,
  bind,
  initialise,
  type NdArray,
  range,
  type SinusoidalOptions,
  sinusoidal,
  sizeOf,
  typedArrays,
} from "@posenc/core";
import type { ReferenceCase } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";

interface Params {
  readonly layout: string;
  readonly freq: "2i/d" | "2*(j//2)/d" | "i/h" | "i/(h-1)";
  readonly positions?: readonly number[] | readonly (readonly number[])[] | null;
  readonly start_index?: number;
  readonly base?: number;
  readonly theta?: number;
  readonly max_wavelength?: number;
  readonly min_timescale?: number;
  readonly max_timescale?: number;
  readonly scale?: number;
  readonly padding_idx?: number | null;
}

const exponents: Record<Params["freq"], "paper" | "tensor2tensor"> = {
  "2i/d": "paper",
  "2*(j//2)/d": "paper",
  "i/h": "paper",
  "i/(h-1)": "tensor2tensor",
};

/** Whole numbers from 0 as int32, others as float32. */
export function positionsOf(values: ArrayLike<number>, shape: readonly number[]): NdArray {
  const all = Array.from(values);
  const whole = all.every((value) => Number.isInteger(value) && value >= 0);
  return array(whole ? Int32Array.from(all) : Float32Array.from(all), shape);
}

/** A list of positions, or one for each in the batch. */
export function positionsList(given: readonly number[] | readonly (readonly number[])[]): NdArray {
  const shape = Array.isArray(given[0]) ? [given.length, given[0].length] : [given.length];
  return positionsOf(given.flat(), shape);
}

function positionsIn(entry: ReferenceCase, params: Params, length: number): NdArray {
  if (params.positions) return positionsList(params.positions);
  const computed = entry.outputs.positions;
  return computed ? positionsOf(computed.data, computed.shape) : range(length);
}

/** An additive encoder on typed arrays, with the first values of its parameters. */
export function bindInitial(encoder: AdditiveEncoder): Applied<NdArray>["additive"] {
  const values = Object.entries(initialise(encoder.parameters, 0));
  const tensors = values.map(([name, data]) => [name, array(data, encoder.parameters[name]!.shape)]);
  return bind(encoder, typedArrays, Object.fromEntries(tensors) as Record<string, NdArray>);
}

/** Sinusoids of every make: the width is that of the output, the rest is in the parameters. */
export const sinusoids: Peer = (entry) => {
  const params = entry.params as unknown as Params;
  const { min_timescale = 1, padding_idx } = params;

  const { shape } = entry.outputs.pe!;
  const dim = shape.at(-1)!;
  const positions = positionsIn(entry, params, shape.at(-2)!);
  const exponent = exponents[params.freq];
  const learned = params.scale !== undefined;
  const options: SinusoidalOptions = {
    dim,
    base: params.base ?? params.theta ?? params.max_wavelength ?? params.max_timescale ?? 10_000,
    layout: params.layout === "interleaved" ? "interleaved" : "concatenated",
    exponent,
    oddDim: exponent === "paper" ? "sine" : "zero",
    minTimescale: min_timescale,
    ...(learned && { scale: { learned: params.scale } }),
    offset: params.start_index ?? 0,
    ...(padding_idx != null && { paddingIndex: padding_idx }),
    positions: positions.data instanceof Int32Array ? "index" : "real",
  };
  const nothing = array(new Float32Array(sizeOf(shape)), shape);
  const encoded = bindInitial(sinusoidal(options))(nothing, positions);
  return beside(entry, "pe", encoded, learned ? "arithmetic" : "table");
};
