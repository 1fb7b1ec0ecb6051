import { array, type Frequencies, typedArrays } from "@posenc/core";
import { ulp } from "../expect.ts";
import { growingEncoder, truthFrequencies } from "../ops/turns.ts";
import type { ReferenceCase } from "../reference.ts";
import type { Comparison, Peer } from "./comparison.ts";

/** Sines and cosines of one position, which is no float32 number where it is large, nor a whole one always. */
function sincosAt(position: number, frequencies: Frequencies) {
  const whole = Number.isInteger(position) && Math.abs(position) < 2 ** 31;
  const at = array(whole ? Int32Array.of(position) : Float32Array.of(position));
  return typedArrays.exactSincos(at, frequencies);
}

/** 60-digit truth: within 1 ulp, and the frequencies to the last bit of float64. */
export const truths: Peer = (entry: ReferenceCase) => {
  const positions = entry.params.positions as readonly number[];
  const frequencies = truthFrequencies(entry);
  const rows = positions.map((position) => sincosAt(position, frequencies));
  const shape = [positions.length, frequencies.high.length];
  const table = (name: "sin" | "cos"): Comparison => ({
    output: name,
    what: name,
    got: array(Float32Array.from(rows.flatMap((row) => [...row[name].data])), shape),
    want: entry.outputs[name]!,
    tolerance: ulp,
  });
  const theirs = entry.outputs.inv_freq;
  if (!theirs) return [table("sin"), table("cos")];
  const off = Float32Array.from(frequencies.high, (frequency, i) => frequency / theirs.data[i]! - 1);
  const inverse: Comparison = {
    output: "inv_freq",
    what: "inv_freq: relative error",
    got: array(off),
    want: { shape: [off.length], data: off.map(() => 0) },
    tolerance: () => 2 ** -52,
  };
  return [inverse, table("sin"), table("cos")];
};

/** Tables of xPos, of queries and of keys: within 1 ulp. */
export const xposTruths: Peer = (entry) => {
  const positions = array(Int32Array.from(entry.params.positions as readonly number[]));
  const { turns, keyTurns } = growingEncoder(entry);
  const query = turns(typedArrays, positions, {});
  const key = keyTurns!(typedArrays, positions, {});
  const tables = { sin: query.sin, cos: query.cos, key_sin: key.sin, key_cos: key.cos };
  return Object.entries(tables).map(
    ([output, got]): Comparison => ({
      output,
      what: output,
      got,
      want: entry.outputs[output]!,
      tolerance: ulp,
    }),
  );
};
