import type { Computation, Sizes, SpeedWorkload } from "./workload.ts";

const FLOAT = 4;

/** Floats that a computation must read and write, at the least. */
const traffic: { [C in Computation]: (sizes: Sizes[C]) => { reads: number; writes: number } } = {
  rotate({ batch, heads, length, dim }) {
    const floats = 2 * batch * heads * length * dim;
    return { reads: floats, writes: floats };
  },
  add({ batch, length, dim }) {
    return { reads: (batch + 1) * length * dim, writes: batch * length * dim };
  },
  sincos: ({ count, dim }) => ({ reads: 0, writes: count * dim }),
  gatherAdd({ batch, length, dim, vocabulary, shared }) {
    const floats = batch * length * dim;
    return { reads: floats + (shared ? length : vocabulary) * dim, writes: floats };
  },
  alibi: ({ heads, length }) => ({ reads: 0, writes: heads * length * length }),
};

interface Told {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly tolerance: number;
}

function workload<C extends Computation>(told: Told, computation: C, sizes: Sizes[C]): SpeedWorkload<C> {
  const { reads, writes } = traffic[computation](sizes);
  return {
    ...told,
    work: { amount: FLOAT * (reads + writes), unit: "bytes" },
    baseline: { opponent: "memcpy", title: reads === 0 ? "fill" : "memcpy" },
    computation,
    sizes,
  } as SpeedWorkload<C>;
}

/** A sum of two products of values below 1, in float32. */
const ROTATED = 1e-6;

const prefill = { batch: 1, heads: 32, length: 2048, dim: 128, rows: 4096 } as const;

/** What is timed, as data. */
export const speedWorkloads: readonly SpeedWorkload[] = [
  workload(
    {
      name: "prefill",
      title: "prefill: rotate q and k, 1 × 32 heads × 2048 × 128, halves",
      about: "Rotary encoding of the queries and keys of a prompt; cosines and sines are given.",
      tolerance: ROTATED,
    },
    "rotate",
    { ...prefill, pairing: "halves" },
  ),
  workload(
    {
      name: "prefill-interleaved",
      title: "prefill: rotate q and k, 1 × 32 heads × 2048 × 128, interleaved",
      about: "The same where neighbours are turned together.",
      tolerance: ROTATED,
    },
    "rotate",
    { ...prefill, pairing: "interleaved" },
  ),
  workload(
    {
      name: "decode",
      title: "decode: rotate q and k, 32 × 32 heads × 1 × 128, halves",
      about: "One token for each of 32 sequences, each at a position of its own.",
      tolerance: ROTATED,
    },
    "rotate",
    { batch: 32, heads: 32, length: 1, dim: 128, rows: 4096, pairing: "halves" },
  ),
  workload(
    {
      name: "sinusoid-add",
      title: "add a table: 8 × 2048 × 512",
      about: "A table of sinusoids added to embeddings.",
      tolerance: 1e-6,
    },
    "add",
    { batch: 8, length: 2048, dim: 512 },
  ),
  workload(
    {
      name: "table",
      title: "table of sines and cosines: 131072 × 128",
      about: "Sines and cosines of 131072 positions and 64 frequencies.",
      tolerance: 2e-2, // float32 angles are off by so much; the errors are listed
    },
    "sincos",
    { count: 131_072, dim: 128 },
  ),
  workload(
    {
      name: "gather-add",
      title: "gather and add: 8 × 2048 tokens from 32000 × 512",
      about: "Embeddings of tokens, each plus the row of its position.",
      tolerance: 1e-6,
    },
    "gatherAdd",
    { batch: 8, length: 2048, dim: 512, vocabulary: 32_000, shared: true },
  ),
  workload(
    {
      name: "learned-add",
      title: "add a learned table by position: 8 × 2048 × 512, from 4096 × 512",
      about: "Embeddings, each plus the row of its position, where every sequence begins at another.",
      tolerance: 1e-6,
    },
    "gatherAdd",
    { batch: 8, length: 2048, dim: 512, vocabulary: 4096, shared: false },
  ),
  workload(
    {
      name: "alibi",
      title: "ALiBi: 16 heads × 1024 × 1024",
      about: "The bias −slope · |query − key| of every head.",
      tolerance: 1e-6,
    },
    "alibi",
    { heads: 16, length: 1024 },
  ),
  workload(
    {
      name: "tiny",
      title: "add a table: 1 × 10 × 512",
      about: "The same sum where the call counts more than the work.",
      tolerance: 1e-6,
    },
    "add",
    { batch: 1, length: 10, dim: 512 },
  ),
];

/** The same computations on a few numbers: to check results, not to time them. */
export const smallWorkloads: readonly SpeedWorkload[] = speedWorkloads.map((large) => {
  const { name, title, about, tolerance, computation, sizes } = large;
  const most: Readonly<Record<string, number>> = { batch: 2, heads: 3, length: 9, dim: 16, vocabulary: 20 };
  const small = Object.fromEntries(
    Object.entries(sizes).map(([size, n]) => [
      size,
      typeof n === "number" ? Math.min(n, most[size] ?? 300) : n,
    ]),
  );
  const named = { name, title: `${title} (small)`, about, tolerance };
  return workload(named, computation, small as never) as SpeedWorkload;
});
