import { array, type NdArray, ropeFrequencies } from "@posenc/core";
import { type Wasm, wasm } from "@posenc/wasm";
import { into, type Makers, opponent } from "../opponent.ts";
import { BASE } from "../workload.ts";

/** Where arrays live. */
interface Place {
  /** A copy. */
  put(x: NdArray): NdArray;
  make(shape: readonly number[]): NdArray;
}

const arena = ({ tensor }: Wasm): Place => ({
  put: ({ data, shape }) => tensor(shape, data),
  make: (shape) => tensor(shape),
});

const ordinary = (): Place => ({
  put: ({ data, shape }) => array(data.slice(), shape),
  make: (shape) => array(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
});

/** Sequence b of a batch, as a view. */
function sequence({ data, shape }: NdArray, b: number): NdArray {
  const length = data.length / shape[0]!;
  return { data: data.subarray(b * length, (b + 1) * length), shape: shape.slice(1) };
}

/** Once in a process: one memory is enough. */
let shared: Wasm | undefined;
const kernels = (): Wasm => {
  shared ??= wasm();
  return shared;
};

const makers = (place: (kernels: Wasm) => Place, inPlace: boolean): Makers => ({
  rotate({ q, k, turn }, { sizes: { pairing, dim } }) {
    const { rotateInto } = kernels();
    const { put, make } = place(kernels());
    const layout = { pairing, dim, rotaryDim: dim };
    const given = [q, k].map(put);
    const outs = inPlace ? given : given.map(({ shape }) => make(shape));
    const turned = { sin: put(turn.sin), cos: put(turn.cos) };
    return into(outs, () => {
      rotateInto(outs[0]!, given[0]!, turned, layout);
      rotateInto(outs[1]!, given[1]!, turned, layout);
    });
  },
  add(inputs) {
    const { addInto } = kernels();
    const { put, make } = place(kernels());
    const [x, table] = [put(inputs.x), put(inputs.table)];
    const out = inPlace ? x : make(x.shape);
    return into([out], () => addInto(out, x, table));
  },
  ...(!inPlace && {
    sincos({ positions }, { sizes: { count, dim } }) {
      const { sincosInto } = kernels();
      const { put, make } = place(kernels());
      const { frequencies } = ropeFrequencies({ dim, base: BASE });
      const out = { sin: make([count, dim / 2]), cos: make([count, dim / 2]) };
      const given = put(positions);
      return into([out.sin, out.cos], () => sincosInto(out, given, frequencies));
    },
    gatherAdd(inputs, { sizes: { batch, length, dim } }) {
      const { gatherAddInto } = kernels();
      const { put, make } = place(kernels());
      const [tokens, table, rows] = [put(inputs.tokens), put(inputs.table), put(inputs.rows)];
      const out = make([batch, length, dim]);
      const sequences = Array.from(
        { length: batch },
        (_, b) => [sequence(out, b), sequence(tokens, b)] as const,
      );
      return into([out], () => {
        for (const [part, indices] of sequences) gatherAddInto(part, rows, table, indices);
      });
    },
    alibi({ slopes, positions }, { sizes: { heads, length } }) {
      const { alibiInto } = kernels();
      const { put, make } = place(kernels());
      const out = make([heads, length, length]);
      const [left, at] = [Float32Array.from(slopes.data), put(positions)];
      return into([out], () => alibiInto(out, { left, right: left }, at, at));
    },
  }),
});

/** Arrays of the kernels' memory, overwritten. */
export const wasmInPlace = opponent(
  { name: "wasm-in-place", title: "@posenc/wasm in place", ours: true },
  makers(arena, true),
);
/** Arrays of the kernels' memory. */
export const wasmTensors = opponent(
  { name: "wasm", title: "@posenc/wasm to another tensor", ours: true },
  makers(arena, false),
);
/** Ordinary arrays, copied in and out in chunks. */
export const wasmArrays = opponent(
  { name: "wasm-arrays", title: "@posenc/wasm on ordinary arrays", ours: true },
  makers(ordinary, false),
);
