/** Sizes at which the time to encode is measured. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly batch: number;
  readonly heads: number;
  /** Tokens in a sequence. */
  readonly length: number;
  /** Length of an embedding; a head has dim / heads of it. */
  readonly dim: number;
}

/** The workloads by name. */
export const workloads: { readonly tiny: Workload; readonly middle: Workload } = {
  tiny: { name: "tiny", title: "1 × 10 tokens × 512", batch: 1, heads: 8, length: 10, dim: 512 },
  middle: { name: "middle", title: "8 × 128 tokens × 512", batch: 8, heads: 8, length: 128, dim: 512 },
};
