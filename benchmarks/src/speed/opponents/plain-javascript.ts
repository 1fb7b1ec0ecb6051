import { frequency } from "../inputs.ts";
import { opponent, type Prepared, type SpeedOpponent } from "../opponent.ts";
import * as loops from "./plain-loops.ts";

type Outs = readonly Float32Array[];

/** @param results how many arrays of what lengths `fill` writes */
type Filling = (lengths: readonly number[], fill: (outs: Outs) => void) => Prepared;

const allocate = (lengths: readonly number[]): Outs => lengths.map((length) => new Float32Array(length));

const fresh: Filling = (lengths, fill) => {
  let last: Outs = [];
  return {
    run() {
      last = allocate(lengths);
      fill(last);
    },
    outputs: () => last,
  };
};

const reused: Filling = (lengths, fill) => {
  const outs = allocate(lengths);
  return { run: () => fill(outs), outputs: () => outs };
};

const javascript = (name: string, title: string, filling: Filling): SpeedOpponent =>
  opponent(
    { name, title, ours: false },
    {
      rotate({ q, k, turn: { sin, cos } }, { sizes }) {
        const turn = loops.rotate[sizes.pairing];
        const [c, s] = [cos.data, sin.data] as [Float32Array, Float32Array];
        return filling([q.data.length, k.data.length], ([outQ, outK]) => {
          turn(outQ!, q.data as Float32Array, c, s, sizes);
          turn(outK!, k.data as Float32Array, c, s, sizes);
        });
      },
      add: ({ x, table }) =>
        filling([x.data.length], ([out]) =>
          loops.add(out!, x.data as Float32Array, table.data as Float32Array),
        ),
      sincos({ positions }, { sizes: { dim } }) {
        const frequencies = Float64Array.from({ length: dim / 2 }, (_, i) => frequency(i, dim));
        const length = positions.data.length * (dim / 2);
        return filling([length, length], ([sin, cos]) =>
          loops.sincos(sin!, cos!, positions.data, frequencies),
        );
      },
      gatherAdd: (inputs, workload) =>
        filling([inputs.tokens.data.length * workload.sizes.dim], ([out]) =>
          loops.gatherAdd(out!, inputs, workload),
        ),
      alibi: ({ slopes }, { sizes: { heads, length } }) =>
        filling([heads * length * length], ([out]) => loops.alibi(out!, slopes.data, length)),
    },
  );

/** Loops that write to a new array each time. */
export const plainJavascript = javascript("javascript", "plain JavaScript, new arrays", fresh);
/** Loops that write to the same array each time. */
export const plainJavascriptReused = javascript(
  "javascript-reused",
  "plain JavaScript, arrays used again",
  reused,
);
