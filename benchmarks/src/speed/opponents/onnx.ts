/** Files in ONNX Runtime: written by hand, exported by posenc, rewritten by posenc. */
import { alibi, learned, type NdArray, range, rope } from "@posenc/core";
import { exportEncoder, type RotaryTarget, rewriteRotary } from "@posenc/onnx";
import * as files from "../onnx-files.ts";
import * as plain from "../onnx-plain-files.ts";
import { type Maker, opponent } from "../opponent.ts";
import { BASE, type Inputs, type Sizes } from "../workload.ts";
import { type Feeds, session } from "./onnx-session.ts";

const ROTATED = ["q_rotated", "k_rotated"];
const FUSED: RotaryTarget = "com.microsoft";

const rotaryFeeds = ({ q, k, positions }: Inputs["rotate"]): Feeds => ({
  q,
  k,
  positions,
  key_positions: positions,
});

/** @param write the file; positions have a row for each sequence */
const rotation =
  (write: (sizes: Sizes["rotate"]) => Uint8Array, reused = false): Maker<"rotate"> =>
  (inputs, { sizes }) =>
    session({
      file: write(sizes),
      feeds: rotaryFeeds(inputs),
      outputs: ROTATED,
      ...(reused && { reused: [inputs.q.shape, inputs.k.shape] }),
    });

const inFirstRow = ({ data }: NdArray): NdArray => ({ data, shape: [1, data.length] });

/** The runtime's own operator, by hand. */
export const onnxFused = opponent(
  { name: "onnx-fused", title: "onnxruntime, fused by hand", ours: false },
  { rotate: rotation((sizes) => files.handMade(FUSED, sizes)) },
);
export const onnxFusedReused = opponent(
  { name: "onnx-fused-reused", title: "onnxruntime, fused, arrays used again", ours: false },
  { rotate: rotation((sizes) => files.handMade(FUSED, sizes), true) },
);

/** Encoders as posenc exports them. */
export const onnxExported = opponent(
  { name: "onnx-exported", title: "onnxruntime, exported by posenc", ours: true },
  {
    rotate: rotation(({ dim, pairing, rows }) =>
      exportEncoder(rope({ dim, pairing, base: BASE }), {
        rotary: FUSED,
        maxPosition: rows,
        axes: { positions_batch: "batch" },
      }),
    ),
    add({ x, table }, { sizes: { dim, length } }) {
      const values = { table: table.data as Float32Array };
      return session({
        file: exportEncoder(learned({ dim, maxLength: length }), { values }),
        feeds: { x, positions: inFirstRow(range(length)) },
        outputs: ["y"],
      });
    },
    alibi({ positions }, { sizes: { heads } }) {
      const row = inFirstRow(positions);
      return session({
        file: exportEncoder(alibi({ heads, direction: "symmetric" })),
        feeds: { queries: row, keys: row },
        outputs: ["scores"],
      });
    },
  },
);

/** Plain operators, by hand. */
export const onnxDecomposed = opponent(
  { name: "onnx-decomposed", title: "onnxruntime, plain operators", ours: false },
  {
    rotate: rotation(files.decomposed),
    add: (inputs) => session({ file: plain.addition(inputs), feeds: inputs, outputs: ["sum"] }),
    sincos: ({ positions }, { sizes }) =>
      session({ file: plain.sincos(sizes), feeds: { positions }, outputs: ["sin", "cos"] }),
    gatherAdd: (inputs) =>
      session({ file: plain.gatherAddition(inputs), feeds: { tokens: inputs.tokens }, outputs: ["sum"] }),
    alibi: (inputs) =>
      session({ file: plain.alibi(inputs), feeds: { positions: inputs.positions }, outputs: ["scores"] }),
  },
);

/** The decomposed file after `rewriteRotary`. */
export const onnxRewritten = opponent(
  { name: "onnx-rewritten", title: "onnxruntime, rewritten by posenc", ours: true },
  {
    rotate: rotation((sizes) => {
      const { bytes, rewritten, left } = rewriteRotary(files.decomposed(sizes), FUSED);
      if (rewritten.length !== 2) {
        throw new Error(
          `rewriteRotary found ${rewritten.length} of 2 rotations: ${left[0]?.why ?? "no reason"}`,
        );
      }
      return bytes;
    }),
  },
);
