import { array, bind, type Encoder, type Kind, type NdArray, typedArrays } from "@posenc/core";
import { places } from "../../about/any.ts";
import type { EncodingStage, EncodingTable, WorkedStep } from "../data.ts";
import { excerpt, matrix } from "../numbers.ts";
import type { Setup } from "../setup.ts";
import { biasScores, contentScores } from "./added-scores.ts";
import { measured, measures } from "./measures.ts";

/** What an encoder makes of the positions, as tables [positions, columns]. */
interface Tables {
  /** Of all that it makes. */
  readonly shape: readonly number[];
  readonly tables: readonly EncodingTable[];
}

const byKind: {
  readonly [K in Kind]: (encoder: Extract<Encoder, { kind: K }>, setup: Setup) => Tables;
} = {
  additive: (encoder, { options: { dim }, positions, encoderValues }) => {
    const length = positions.data.length;
    const zeros = array(new Float32Array(length * dim), [length, dim]);
    const vectors = bind(encoder, typedArrays, encoderValues)(zeros, positions);
    return { shape: [...vectors.shape], tables: [table("PE", "dimensions", vectors)] };
  },

  rotary: (encoder, { positions, encoderValues }) => {
    const { cos, sin } = encoder.turns(typedArrays, positions, encoderValues);
    return { shape: [...cos.shape], tables: [table("cos", "pairs", cos), table("sin", "pairs", sin)] };
  },

  bias: (encoder, setup) => firstHead(biasScores(encoder, setup.encoderValues, setup)),
  content: (encoder, setup) => firstHead(contentScores(encoder, setup.encoderValues, setup)),
};

/** Of scores [heads, length, length]. */
function firstHead({ data, shape }: NdArray): Tables {
  const [length, width] = shape.slice(-2) as [number, number];
  const head = array(data.slice(0, length * width), [length, width]);
  return { shape: [...shape], tables: [table("scores of head 0", "keys", head)] };
}

function table(name: string, columns: string, values: NdArray): EncodingTable {
  return { name, columns, values: matrix(values), excerpt: excerpt(values) };
}

/** The encoding of the sample's positions, its formula, and the formula worked out for the last position. */
export function encoding(setup: Setup): EncodingStage {
  const { encoder } = setup.options;
  const make = byKind[encoder.kind] as (encoder: Encoder, setup: Setup) => Tables;
  const { shape, tables } = make(encoder, setup);
  const { title, explanation, place = places[encoder.kind], formula, notes } = setup.about;
  return {
    title,
    explanation,
    place,
    formula: [...formula(encoder.options)],
    notes: [...(notes?.(encoder.options) ?? [])],
    shape,
    tables,
    worked: workedSteps(setup, tables[0]!.values),
    measured: measured[encoder.kind],
    measures: measures(setup),
  };
}

function workedSteps(
  { about: { worked }, options: { encoder } }: Setup,
  values: EncodingTable["values"],
): WorkedStep[] {
  const position = values.length - 1;
  const entries = values[position]!.slice(0, 4);
  return worked === undefined
    ? []
    : entries.map((value, index) => ({ ...worked(encoder.options, position, index), value }));
}
