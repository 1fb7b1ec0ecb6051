export { type AdamWOptions, adamW } from "./adam-w.ts";
export { plainTfjs, tfjs } from "./ops.ts";
export { predict } from "./predict.ts";
export type { Samples } from "./samples.ts";
export { fromTensor, toTensor } from "./tensors.ts";
export { type EpochResult, type StepProgress, type TrainOptions, type TrainResult, train } from "./train.ts";
