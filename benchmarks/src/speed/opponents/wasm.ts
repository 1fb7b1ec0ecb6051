import { array, type NdArray, ropeFrequencies } from "@posenc/core";
import { type Wasm, wasm } from "@posenc/wasm";
import { threadedWasm } from "@posenc/wasm/threads";
import { into, type Makers, opponent } from "../opponent.ts";
import { BASE, type SpeedWorkload } from "../workload.ts";

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

/** Once in a process: one memory is enough. */
const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const oneThread = once(() => wasm());
const twoThreads = once(() => threadedWasm({ threads: 2 }));

const makers = (
  kernels: () => Wasm | Promise<Wasm>,
  place: (kernels: Wasm) => Place,
  inPlace: boolean,
): Makers => ({
  async rotate({ q, k, turn }, { sizes: { pairing, dim } }) {
    const own = await kernels();
    const { rotateInto } = own;
    const { put, make } = place(own);
    const layout = { pairing, dim, rotaryDim: dim };
    const given = [q, k].map(put);
    const outs = inPlace ? given : given.map(({ shape }) => make(shape));
    const turned = { sin: put(turn.sin), cos: put(turn.cos) };
    return into(outs, () => {
      rotateInto(outs[0]!, given[0]!, turned, layout);
      rotateInto(outs[1]!, given[1]!, turned, layout);
    });
  },
  async add(inputs) {
    const own = await kernels();
    const { addInto } = own;
    const { put, make } = place(own);
    const [x, table] = [put(inputs.x), put(inputs.table)];
    const out = inPlace ? x : make(x.shape);
    return into([out], () => addInto(out, x, table));
  },
  ...(!inPlace && {
    async sincos({ positions }, { sizes: { count, dim } }) {
      const own = await kernels();
      const { sincosInto } = own;
      const { put, make } = place(own);
      const { frequencies } = ropeFrequencies({ dim, base: BASE });
      const out = { sin: make([count, dim / 2]), cos: make([count, dim / 2]) };
      const given = put(positions);
      return into([out.sin, out.cos], () => sincosInto(out, given, frequencies));
    },
    async gatherAdd(inputs, { sizes: { batch, length, dim } }) {
      const own = await kernels();
      const { gatherAddInto } = own;
      const { put, make } = place(own);
      const [tokens, table, rows] = [put(inputs.tokens), put(inputs.table), put(inputs.rows)];
      const out = make([batch, length, dim]);
      return into([out], () => gatherAddInto(out, rows, table, tokens));
    },
    async alibi({ slopes, positions }, { sizes: { heads, length } }) {
      const own = await kernels();
      const { alibiInto } = own;
      const { put, make } = place(own);
      const out = make([heads, length, length]);
      const [left, at] = [Float32Array.from(slopes.data), put(positions)];
      return into([out], () => alibiInto(out, { left, right: left }, at, at));
    },
  }),
});

/** Arrays of the kernels' memory, overwritten. */
export const wasmInPlace = opponent(
  { name: "wasm-in-place", title: "@posenc/wasm in place", ours: true },
  makers(oneThread, arena, true),
);
/** Arrays of the kernels' memory. */
export const wasmTensors = opponent(
  { name: "wasm", title: "@posenc/wasm to another tensor", ours: true },
  makers(oneThread, arena, false),
);
/** Ordinary arrays, copied in and out in chunks. */
export const wasmArrays = opponent(
  { name: "wasm-arrays", title: "@posenc/wasm on ordinary arrays", ours: true },
  makers(oneThread, ordinary, false),
);

/** The others are too small: one thread would do them. */
const takes = ({ name }: SpeedWorkload): boolean => !["decode", "tiny"].includes(name);
/** Arrays of a memory that two threads share, overwritten. */
export const wasmThreadsInPlace = opponent(
  { name: "wasm-threads-in-place", title: "@posenc/wasm in place, 2 threads", ours: true, takes },
  makers(twoThreads, arena, true),
);
/** Arrays of a memory that two threads share. */
export const wasmThreads = opponent(
  { name: "wasm-threads", title: "@posenc/wasm to another tensor, 2 threads", ours: true, takes },
  makers(twoThreads, arena, false),
);
