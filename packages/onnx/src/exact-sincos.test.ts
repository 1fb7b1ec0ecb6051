import { type Frequencies, fillSincos, geometric, random } from "@posenc/core";
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { graph } from "./graph.ts";
import { onnxOps } from "./onnx-ops.ts";

/** A table [positions, frequencies] of sines and one of cosines, from a graph made for any length. */
async function tables(positions: Int32Array | Float32Array, frequencies: Frequencies) {
  const builder = graph();
  const whole = positions instanceof Int32Array;
  const edge = builder.input("positions", whole ? "int32" : "float32", ["length"]);
  const { sin, cos } = onnxOps(builder).sincos(edge, frequencies);
  builder.output("sin", sin);
  builder.output("cos", cos);
  const session = await ort.InferenceSession.create(builder.toBytes());
  const input = whole
    ? new ort.Tensor("int64", BigInt64Array.from(positions, BigInt), [positions.length])
    : new ort.Tensor("float32", positions, [positions.length]);
  const results = await session.run({ positions: input });
  await session.release();
  return { sin: results.sin!.data as Float32Array, cos: results.cos!.data as Float32Array };
}

const ulp = (x: number) => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126))) - 23);

/** Position, index of the frequency, sine and cosine, by mpmath with 60 digits. */
type Row = readonly [position: number, index: number, sin: number, cos: number];

async function expectTrue(rows: readonly Row[], frequencies: Frequencies, whole: boolean) {
  const positions = rows.map(([position]) => position);
  const { sin, cos } = await tables(
    whole ? Int32Array.from(positions) : Float32Array.from(positions),
    frequencies,
  );
  for (const [row, [position, index, trueSin, trueCos]] of rows.entries()) {
    const at = row * frequencies.high.length + index;
    const where = `position ${position}, frequency ${index}`;
    expect(Math.abs(sin[at]! - trueSin), `${where}: sin`).toBeLessThanOrEqual(ulp(trueSin));
    expect(Math.abs(cos[at]! - trueCos), `${where}: cos`).toBeLessThanOrEqual(ulp(trueCos));
  }
}

test("within one ulp at far positions: base 10000, 256 frequencies", () =>
  expectTrue(
    [
      [131071, 0, -0.5752416837547893, -0.8179834993879491],
      [131071, 1, 0.49370551007695973, -0.8696291562037516],
      [131071, 100, 0.9999903547429728, -0.004392086181229114],
      [1000000, 0, -0.34999350217129294, 0.9367521275331447],
      [1000000, 255, 0.009264592154147704, -0.9999570827451633],
      [10000000, 0, 0.4205477931907825, -0.9072703861817396],
      [10000000, 1, -0.8170608724890684, -0.5765514119724297],
      [10000000, 100, 0.9468857403938739, -0.32157020172700285],
      [10000000, 255, -0.09251476400673349, 0.9957113128014456],
    ],
    geometric({ base: 10_000, count: 256, numerator: 1, denominator: 256 }),
    true,
  ));

const million = geometric({ base: 1_000_000, count: 32, numerator: 1, denominator: 32 });

test("within one ulp beyond 2^24: base 1000000", () =>
  expectTrue(
    [
      [16777217, 0, 0.10583256734754364, 0.9943839639136522],
      [16777217, 31, 0.6464637365343311, 0.7629447144754795],
      [100000000, 5, -0.6401696093356272, -0.768233604630174],
      [100000000, 31, -0.054585436785541, -0.9985091036595168],
    ],
    million,
    true,
  ));

test("within one ulp at fractions and negative positions", () =>
  expectTrue(
    [
      [0.25, 0, 0.24740395925452294, 0.9689124217106447],
      [0.25, 31, 3.849816315148635e-7, 0.999999999999926],
      [3.5, 5, 0.3932591667070774, 0.9194276631692431],
      [-2, 0, -0.9092974268256817, -0.4161468365471424],
      [-2, 31, -3.079853052114115e-6, 0.9999999999952572],
    ],
    million,
    false,
  ));

test("within one ulp of the typed arrays at random positions", async () => {
  const { below } = random(7);
  const positions = Int32Array.from({ length: 500 }, (_, i) => below(i % 2 === 0 ? 2 ** 24 : 2 ** 31));
  const frequencies = geometric({ base: 10_000, count: 64, numerator: 1, denominator: 64 });
  const size = positions.length * 64;
  const expected = { sin: new Float32Array(size), cos: new Float32Array(size) };
  fillSincos(positions, frequencies, expected.sin, expected.cos);
  const built = await tables(positions, frequencies);
  for (const name of ["sin", "cos"] as const) {
    const off = expected[name].findIndex((value, i) => Math.abs(built[name][i]! - value) > ulp(value));
    expect(off, name).toBe(-1);
  }
});
