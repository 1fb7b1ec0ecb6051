export { addRows, addToRows, gatherAdd } from "./add";
export { gather, slide } from "./gather";
export { layerNorm } from "./layer-norm";
export { rotate } from "./rotate";
export { sincos } from "./sincos";
export { softmax, softmaxBiased } from "./softmax";
