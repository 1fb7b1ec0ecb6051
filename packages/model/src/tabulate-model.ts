import { tabulate, tabulateParts } from "@posenc/core";
import { type Transformer, transformer } from "./transformer.ts";

/**
 * The same model with its encoder looked up in tables of `maxPosition` rows (`tabulate` of @posenc/core), which is
 * where its positions then end; the model itself where none is given.
 *
 * @throws TypeError, RangeError as `tabulate` does
 */
export function tabulateModel(model: Transformer, maxPosition: number | undefined): Transformer {
  if (maxPosition === undefined) return model;
  const { encoder, ...options } = model.options;
  const looked = "parts" in encoder ? tabulateParts(encoder, maxPosition) : tabulate(encoder, maxPosition);
  return transformer({ ...options, encoder: looked });
}
