/**
 * Kernels on the memory of the tf.js WebAssembly backend, which the module imports. It has no data and no heap of
 * its own: everything is given by address. Sizes and strides are in values unless they say bytes.
 */
export { adam, reluGradient } from "./elementwise";
export { matMul, matMulScratch } from "./gemm";
export { layerNorm, layerNormGradient } from "./layer-norm";
export { copyRows, gatherRows, permute, permuteRows, scatterAdd, transpose } from "./move";
export { sumAcross, sumAlong } from "./reduce";
export { rotate } from "./rotate";
export { sincos } from "./sincos";
export { softmax, softmaxGradient } from "./softmax";
