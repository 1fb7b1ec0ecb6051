import { array, gaussianFourier, integratedPositions, type NdArray, nerf, typedArrays } from "@posenc/core";
import { floats } from "../expect.ts";
import type { ReferenceTensor } from "../reference.ts";
import { beside, type Peer } from "./comparison.ts";
import { vectorsAt } from "./spaces.ts";

const tensor = ({ data, shape }: ReferenceTensor): NdArray => array(Float32Array.from(data), shape);

interface NerfParams {
  readonly include_input: boolean;
  readonly input_dims: number;
  readonly max_freq_log2: number;
  readonly num_freqs: number;
  readonly log_sampling: boolean;
}

export const nerfs: Peer = (entry) => {
  const params = entry.params as unknown as NerfParams;
  const encoder = nerf({
    axes: params.input_dims,
    bands: params.num_freqs,
    maxLog2: params.max_freq_log2,
    sampling: params.log_sampling ? "logarithmic" : "linear",
    includeInput: params.include_input,
  });
  return beside(entry, "y", vectorsAt(encoder, tensor(entry.inputs.x!)), "table");
};

/** The matrix is an input; its scale is in it. */
export const gaussians: Peer = (entry) => {
  const { data, shape } = entry.inputs.B!;
  const [rows, axes] = shape as [number, number];
  const matrix = Array.from({ length: rows }, (_, row) =>
    Array.from(data).slice(row * axes, (row + 1) * axes),
  );
  const encoder = gaussianFourier({ axes, matrix });
  return beside(entry, "y", vectorsAt(encoder, tensor(entry.inputs.x!)), "arithmetic");
};

interface DegreeParams {
  readonly min_deg: number;
  readonly max_deg: number;
  readonly append_identity?: boolean;
  readonly diag?: boolean;
}

export const mipNerfs: Peer = (entry) => {
  const { min_deg, max_deg, append_identity = true } = entry.params as unknown as DegreeParams;
  const x = tensor(entry.inputs.x!);
  const encoder = nerf({
    axes: x.shape.at(-1)!,
    bands: max_deg - min_deg,
    minLog2: min_deg,
    includeInput: append_identity,
    layout: "concatenated",
  });
  return beside(entry, "y", vectorsAt(encoder, x), "table");
};

export const integrated: Peer = (entry) => {
  const { min_deg, max_deg, diag = true } = entry.params as unknown as DegreeParams;
  const mean = tensor(entry.inputs.mean!);
  const covariance = tensor(entry.inputs.cov!);
  const axes = mean.shape.at(-1)!;
  const diagonal = () =>
    floats(
      [mean.data.length / axes, axes],
      (row, axis) => covariance.data[(row * axes + axis) * axes + axis]!,
    );
  const variance = diag ? covariance : array(diagonal().data, mean.shape);
  const options = { axes, minDegree: min_deg, maxDegree: max_deg };
  const got = integratedPositions(typedArrays, mean, variance, options);
  return beside(entry, "y", got, "arithmetic");
};
