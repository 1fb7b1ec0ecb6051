import {
  array,
  type Encoder,
  initialise,
  type NdArray,
  type Parameter,
  random,
  range,
  typedArrays,
} from "@posenc/core";
import { transformer } from "@posenc/model";
import { type Ceiling, LENGTH, type Task } from "./task.ts";

/**
 * What a bidirectional pooled model learns of the order of its tokens from an encoder: nothing; distances, where
 * a sequence and its mirror image look the same; or the order.
 */
export type Sight = "nothing" | "distance" | "order";

/**
 * What the encoder shows a bidirectional pooled model, found by trying: the model's answers for a sequence,
 * its mirror image and a shuffled one, with random parameters.
 *
 * @param sizes those of the model that the encoder was made for
 * @param positions of the ten tokens; 0 to 9 unless given
 * @throws TypeError, RangeError for an encoder that was made for other sizes
 */
export function whatItSees(
  encoder: Encoder,
  sizes: { readonly dim: number; readonly heads: number },
  positions: NdArray = range(LENGTH),
): Sight {
  const { dim, heads } = sizes;
  const model = transformer({ vocabulary: LENGTH, outputs: 8, dim, heads, encoder });
  const values = Object.fromEntries(
    Object.entries(initialise(shaken(model.parameters), 1)).map(([name, data]) => [
      name,
      array(data, model.parameters[name]!.shape),
    ]),
  );
  const answer = (tokens: Int32Array): NdArray =>
    model.forward(typedArrays, values, array(tokens, [1, LENGTH]), positions);

  const sequence = Int32Array.from({ length: LENGTH }, (_, i) => i);
  const given = answer(sequence);
  if (!alike(given, answer(sequence.toReversed()))) return "order";
  return alike(given, answer(random(1, "whatItSees").permutation(LENGTH))) ? "nothing" : "distance";
}

/** The ceiling of a task for a bidirectional pooled model that sees so much; undefined where there is none below 1. */
export function ceilingFor({ ceilings }: Pick<Task, "ceilings">, sight: Sight): Ceiling | undefined {
  const bySight: Record<Sight, Ceiling | undefined> = {
    nothing: ceilings.withoutPositions,
    distance: ceilings.symmetricDistance,
    order: undefined,
  };
  return bySight[sight];
}

/** A table that begins as zeros is not blind: it can be trained. So the encoder's parameters are drawn at random. */
function shaken(parameters: Readonly<Record<string, Parameter>>): Record<string, Parameter> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, init }]) => [
      name,
      { shape, init: name.startsWith("encoder.") ? { normal: 1 } : init },
    ]),
  );
}

function alike(a: NdArray, b: NdArray): boolean {
  return a.data.every((value, i) => Math.abs(value - b.data[i]!) < 1e-4);
}
