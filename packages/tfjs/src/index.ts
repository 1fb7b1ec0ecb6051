export { plainTfjs, tfjs } from "./ops.ts";
export { fromTensor, toTensor } from "./tensors.ts";
export {
  type EpochResult,
  type Samples,
  type StepProgress,
  type TrainOptions,
  type TrainResult,
  train,
} from "./train.ts";
