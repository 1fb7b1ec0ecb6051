import {
  alibi,
  array,
  axialRope,
  cope,
  deberta,
  debertaBias,
  dynamicPositionBias,
  fire,
  forgetting,
  gaussianFourier,
  grid,
  kerple,
  learnedRope,
  mixedRope,
  mrope,
  type NdArray,
  nerf,
  sandwich,
  sinusoidalNd,
  swin,
  swin2,
  t5,
  transformerXl,
  xpos,
} from "@posenc/core";
import type { Contender } from "./contender.ts";

/** Rows and columns of `length` tokens, as square as may be. */
function sidesOf(length: number): [rows: number, columns: number] {
  let rows = Math.floor(Math.sqrt(length));
  while (length % rows !== 0) rows--;
  return [rows, length / rows];
}

const onGrid = (length: number): NdArray => grid(...sidesOf(length));
const onLine = (length: number): NdArray =>
  array(
    Float32Array.from({ length }, (_, i) => i),
    [length, 1],
  );
/** Text in a multimodal model: time, height and width are the same. */
const asText = (length: number): NdArray =>
  array(
    Int32Array.from({ length: 3 * length }, (_, i) => Math.floor(i / 3)),
    [length, 3],
  );

/** Those that take part only where they are asked for, by name or as `all`. */
export const moreContenders: readonly Contender[] = [
  {
    id: "sinusoidal in 2-D",
    about: "Sines and cosines of row and column; the tokens lie on a grid (DETR, MAE).",
    make: ({ dim }) => sinusoidalNd({ dim, axes: 2 }),
    positions: onGrid,
  },
  {
    id: "nerf",
    about: "Sines and cosines at powers of 2, from slow to fast (Mildenhall et al., 2020).",
    make: ({ dim }) => nerf({ axes: 1, bands: dim / 2, minLog2: -6, maxLog2: 0, includeInput: false }),
    positions: onLine,
  },
  {
    id: "gaussian fourier",
    about: "Sines and cosines at random frequencies (Tancik et al., 2020).",
    make: ({ dim }) => gaussianFourier({ axes: 1, features: dim / 2, scale: 0.1 }),
    positions: onLine,
  },
  {
    id: "rope (learned frequencies)",
    about: "RoPE whose frequencies are trained.",
    make: ({ dim, heads }) => learnedRope({ dim: dim / heads }),
  },
  {
    id: "xpos",
    about: "RoPE with a scale that makes far pairs count less (Sun et al., 2022).",
    make: ({ dim, heads }) => xpos({ dim: dim / heads }),
  },
  {
    id: "rope in 2-D",
    about: "RoPE by row and by column; the tokens lie on a grid (Qwen2-VL vision, DINOv3).",
    make: ({ dim, heads }) => axialRope({ dim: dim / heads }),
    positions: onGrid,
  },
  {
    id: "rope in 2-D (mixed)",
    about: "RoPE with trained frequencies of row and column for each head (Heo et al., 2024).",
    make: ({ dim, heads }) => mixedRope({ dim: dim / heads, heads }),
    positions: onGrid,
  },
  {
    id: "m-rope",
    about: "RoPE by time, height and width, which are the same for text (Qwen2-VL).",
    make: ({ dim, heads }) => {
      const pairs = dim / heads / 2;
      const quarter = Math.floor(pairs / 4);
      return mrope({ dim: dim / heads, sections: [pairs - 2 * quarter, quarter, quarter] });
    },
    positions: asText,
  },
  {
    id: "alibi (causal)",
    about: "ALiBi as published, for causal models: without a mask it favours what comes later.",
    make: ({ heads }) => alibi({ heads }),
  },
  {
    id: "t5",
    about: "A trained score for each bucket of distances (Raffel et al., 2020).",
    make: ({ heads }) => t5({ heads, initialDeviation: 0.5 }),
  },
  {
    id: "deberta",
    about:
      "Queries and keys meet a trained vector for each logarithmic bucket of distances (He et al., 2021).",
    make: ({ dim, heads }) =>
      deberta({ heads, dim: dim / heads, positionBuckets: 16, maxRelativePositions: 64 }),
  },
  {
    id: "deberta (scores alone)",
    about: "A trained score for each of DeBERTa's buckets.",
    make: ({ heads }) => debertaBias({ heads }),
  },
  {
    id: "kerple",
    about: "A penalty that grows with the logarithm of the distance, trained (Chi et al., 2022).",
    make: ({ heads }) => kerple({ heads }),
  },
  {
    id: "fire",
    about: "A small network of the distance, relative to the query's position (Li et al., 2024).",
    make: ({ heads, maxLength }) => fire({ heads, threshold: Math.max(2, maxLength / 4) }),
  },
  {
    id: "sandwich",
    about: "The products of sinusoidal vectors as scores (Chi et al., 2023).",
    make: ({ heads }) => sandwich({ heads }),
  },
  {
    id: "dynamic position bias",
    about: "A small network of the signed distance (x-transformers).",
    make: ({ heads }) => dynamicPositionBias({ heads, width: 32 }),
  },
  {
    id: "swin",
    about: "A trained score for each relative row and column; the tokens lie on a grid (Liu et al., 2021).",
    make: ({ heads, maxLength }) => swin({ heads, window: sidesOf(maxLength) }),
    positions: onGrid,
  },
  {
    id: "swin v2",
    about: "A small network of relative rows and columns on a logarithmic scale (Liu et al., 2022).",
    make: ({ heads, maxLength }) => swin2({ heads, window: sidesOf(maxLength), hidden: 64 }),
    positions: onGrid,
  },
  {
    id: "cope",
    about: "A query counts the keys that matter to it, up to each one (Golovneva et al., 2024).",
    make: ({ dim, heads, maxLength }) => cope({ heads, dim: dim / heads, maxPosition: maxLength }),
  },
  {
    id: "forgetting",
    about: "Each key has a gate that lets what came before it fade (Lin et al., 2025).",
    make: ({ dim, heads }) => forgetting({ heads, dim: dim / heads }),
  },
  {
    id: "transformer-xl",
    about: "A query meets a sinusoidal vector of the distance (Dai et al., 2019).",
    make: ({ dim, heads }) => transformerXl({ heads, dim: dim / heads }),
  },
];
