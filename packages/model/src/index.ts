export { checkCache, type LayerPast, type Past } from "./past.ts";
export { tabulateModel } from "./tabulate-model.ts";
export {
  type Observe,
  type Step,
  type StepOptions,
  type Transformer,
  transformer,
} from "./transformer.ts";
export type { TransformerOptions } from "./transformer-options.ts";
