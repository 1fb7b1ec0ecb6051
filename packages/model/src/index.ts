export { type Observe, type Transformer, type TransformerOptions, transformer } from "./transformer.ts";
