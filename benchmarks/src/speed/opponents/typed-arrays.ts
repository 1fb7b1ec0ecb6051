import { alibi, bind, ropeFrequencies, typedArrays } from "@posenc/core";
import { giving, opponent } from "../opponent.ts";
import { BASE } from "../workload.ts";

const { add, gather, rotate, sincos } = typedArrays;

/** The reference of @posenc/core. Every operation makes a new array. */
export const coreTypedArrays = opponent(
  { name: "typed-arrays", title: "@posenc/core typed arrays", ours: true },
  {
    rotate({ q, k, turn }, { sizes: { pairing, dim } }) {
      const layout = { pairing, dim, rotaryDim: dim };
      return giving(() => [rotate(q, turn, layout), rotate(k, turn, layout)]);
    },
    add: ({ x, table }) => giving(() => [add(x, table)]),
    sincos({ positions }, { sizes: { dim } }) {
      const { frequencies } = ropeFrequencies({ dim, base: BASE });
      return giving(() => {
        const { sin, cos } = sincos(positions, frequencies);
        return [sin, cos];
      });
    },
    gatherAdd: ({ tokens, table, rows }) => giving(() => [add(gather(table, tokens), rows)]),
    alibi({ positions }, { sizes: { heads } }) {
      const scores = bind(alibi({ heads, direction: "symmetric" }), typedArrays, {});
      return giving(() => [scores(positions, positions)]);
    },
  },
);
