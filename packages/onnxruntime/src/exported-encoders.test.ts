/** Every encoder, exported in every way, in two builds of ONNX Runtime: the values of the typed arrays. */
import {
  applyTo,
  type Call,
  everyEncoder,
  expectClose,
  expectRowsClose,
  inputsOf,
  limitOf,
  positionsFrom,
} from "@posenc/conformance";
import { array, type Encoder, initialise, type NdArray, type RotaryEncoder, typedArrays } from "@posenc/core";
import { float16Bits, fromFloat16Bits, type RotaryTarget } from "@posenc/onnx";
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { createEncoderSession, type EncoderSession } from "./encoder-session.ts";

web.env.wasm.numThreads = 1;

const runtimes = { "ONNX Runtime": node, "ONNX Runtime Web": web };
const targets: readonly { readonly opset: number; readonly rotary: RotaryTarget }[] = [
  { opset: 17, rotary: "primitives" },
  { opset: 23, rotary: "ai.onnx" },
  { opset: 17, rotary: "com.microsoft" },
];
/** Lengths that no export has seen. */
const LENGTHS = [1, 7, 1000];
/** Of each encoder so many variants run in both builds and at every length; further ones in one, at the short ones. */
const THOROUGH = 2;
const isThorough = (encoder: Encoder): boolean =>
  everyEncoder.filter(({ name }) => name === encoder.name).indexOf(encoder) < THOROUGH;

for (const encoder of everyEncoder) {
  const builds = Object.entries(runtimes).slice(0, isThorough(encoder) ? undefined : 1);
  describe(`${encoder.name} ${JSON.stringify(encoder.options)}`, () => {
    const values = initialise(encoder.parameters, 1);
    for (const dtype of ["float32", "float16"] as const) {
      const cases = once(() => callsOf(encoder).map((call) => caseOf(encoder, values, call, dtype)));
      for (const target of encoder.kind === "rotary" ? targets : targets.slice(0, 1)) {
        test(`${target.rotary}, ${dtype}`, async () => {
          for (const [name, runtime] of builds) {
            const session = await createEncoderSession(encoder, runtime, { ...target, dtype, values });
            for (const { inputs, want, what } of cases()) {
              const got = await runOn(encoder, session, inputs);
              got.forEach((output, i) => {
                if (dtype === "float16") expectHalves(output, want[i]!, `${name}, ${what}`);
                else if (grows(encoder)) expectRowsClose(output, want[i]!, 1e-6, `${name}, ${what}`);
                else expectClose(output, want[i]!, 1e-6, `${name}, ${what}`);
              });
            }
            await session.dispose();
          }
        });
      }
    }
  });
}

const grows = (encoder: Encoder): boolean => (encoder as Partial<RotaryEncoder>).keyTurns !== undefined;

function once<V>(make: () => V): () => V {
  let made: { readonly value: V } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Inputs of `dtype`, and what the typed arrays make of them. */
function caseOf(
  encoder: Encoder,
  values: Record<string, Float32Array>,
  call: Call,
  dtype: "float32" | "float16",
) {
  const inputs = inputsOf(encoder, call).map((x, i) => (isPosition(encoder, i) ? x : rounded(x, dtype)));
  const what = `batch ${call.batch}, positions [${call.positions.shape}]`;
  return { inputs, want: reference(encoder, values, inputs), what };
}

/** One sequence, a batch with one row of positions, and a batch with a row for each sequence. */
function callsOf(encoder: Encoder): Call[] {
  const below = limitOf(encoder);
  const byPair = encoder.kind === "bias" || encoder.kind === "content";
  const batches = [
    { batch: 1, rows: undefined },
    { batch: 3, rows: undefined },
    { batch: 3, rows: 3 },
  ];
  const lengths = isThorough(encoder) ? LENGTHS : LENGTHS.slice(0, -1);
  return lengths
    .filter((length) => length + 4 <= below)
    .flatMap((length) =>
      batches
        .filter(({ batch, rows }) => length < 1000 || batch === 1 || rows)
        .map(({ batch, rows }): Call => {
          if (!byPair) return { batch, positions: positionsFrom(0, length, rows, 2) };
          const queries = Math.min(length, 3);
          return {
            batch,
            positions: positionsFrom(length - queries, queries, rows, 2),
            keyPositions: positionsFrom(0, length, rows, 2),
          };
        }),
    );
}

const FIRST_POSITION = { additive: 1, rotary: 2, bias: 0, content: 3 } as const;
const isPosition = (encoder: Encoder, i: number) => i >= FIRST_POSITION[encoder.kind];

/** What `bind` gives on typed arrays. */
function reference(
  encoder: Encoder,
  values: Record<string, Float32Array>,
  inputs: NdArray[],
): readonly NdArray[] {
  const parameters = Object.entries(encoder.parameters).map(([name, { shape }]) => [
    name,
    array(values[name]!, shape),
  ]);
  return applyTo(encoder, typedArrays, Object.fromEntries(parameters), inputs);
}

async function runOn(
  { kind }: Encoder,
  session: EncoderSession,
  inputs: NdArray[],
): Promise<readonly NdArray[]> {
  const run = session.run as (...given: unknown[]) => Promise<NdArray | NdArray[]>;
  const [q, k, products, ...positions] = inputs;
  const result = await (kind === "content" ? run({ q, k, products }, ...positions) : run(...inputs));
  return Array.isArray(result) ? result : [result];
}

function rounded({ data, shape }: NdArray, dtype: "float32" | "float16"): NdArray {
  if (dtype === "float32" || !(data instanceof Float32Array)) return array(data, shape);
  return array(fromFloat16Bits(float16Bits(data)), shape);
}

/** Within 1 ulp of float16 of the expected value, itself rounded to float16. */
function expectHalves(got: NdArray, want: NdArray, what: string): void {
  expect(got.shape, what).toEqual(want.shape);
  const [found, wanted] = [got, want].map(({ data }) =>
    Array.from(float16Bits(data as Float32Array), inOrder),
  );
  const off = found!.map((place, i) => Math.abs(place - wanted![i]!));
  const worst = off.reduce((worst, steps, i) => (steps > off[worst]! ? i : worst), 0);
  const text = `${what}[${worst}] is ${got.data[worst]}, expected ${want.data[worst]}`;
  expect(off[worst]! <= 1 ? "" : text).toBe("");
}

/** Numbers the float16 values from the least to the greatest. */
const inOrder = (bits: number): number => (bits & 0x8000 ? -(bits & 0x7fff) : bits);
