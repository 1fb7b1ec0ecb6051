import { show } from "../checks.ts";
import type { Encoder } from "../encoder.ts";
import type { Parameters, Values } from "../parameters.ts";
import type { Safetensor } from "../safetensors/read-safetensors.ts";
import type { NdArray } from "../typed-arrays/nd-array.ts";

const WHO = "fillParameters";

/**
 * The values of an encoder's parameters out of a checkpoint.
 *
 * A tensor is named in full or by the end of its name after a dot, since checkpoints of one model differ in what
 * comes before: GPT-2's table is "wpe.weight" or "transformer.wpe.weight". Learned tables are called
 *
 * - `wpe.weight` in GPT-2, GPT-Neo and MPT
 * - `embeddings.position_embeddings.weight` in BERT, RoBERTa, ELECTRA, ALBERT and DistilBERT
 * - `decoder.embed_positions.weight` in OPT, with two rows before the first position
 * - `embeddings.position_embeddings` in ViT and DeiT, with an axis of length 1 before the others
 *
 * T5's scores are `encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight`.
 *
 * @param tensors by name, as `readSafetensors` gives them
 * @param names the tensor of each parameter; a string where the encoder has one parameter
 * @returns float32 of the parameters' shapes, for `bind`
 * @throws TypeError, RangeError where a tensor is missing, is not unique, or has another type or shape
 */
export function fillParameters<P extends Parameters>(
  encoder: Encoder<P>,
  tensors: Readonly<Record<string, Safetensor>>,
  names: string | { readonly [K in keyof P]: string },
): Values<P, NdArray> {
  const parameters = Object.entries(encoder.parameters);
  if (typeof names === "string" && parameters.length !== 1) {
    throw new TypeError(
      `${WHO}: names must be an object with ${parameters.map(([name]) => name).join(", ") || "no entries"}, got ${show(names)}`,
    );
  }
  const filled = parameters.map(([parameter, { shape }]) => {
    const name = typeof names === "string" ? names : names[parameter as keyof P];
    if (typeof name !== "string") {
      throw new TypeError(`${WHO}: names.${parameter} must be a string, got ${show(name)}`);
    }
    const full = fullName(tensors, name);
    const { data, shape: stored } = tensors[full]!.array();
    const kept = stored.slice(Math.max(stored.length - shape.length, 0));
    const extra = stored.slice(0, stored.length - kept.length);
    if (kept.join() !== shape.join() || extra.some((length) => length !== 1)) {
      throw new RangeError(
        `${WHO}: tensor ${show(full)} must have shape ${show([...shape])}, got ${show([...stored])}`,
      );
    }
    if (!(data instanceof Float32Array)) {
      throw new TypeError(`${WHO}: tensor ${show(full)} must be float32, got ${tensors[full]!.dtype}`);
    }
    return [parameter, { data, shape: [...shape] }] as const;
  });
  return Object.fromEntries(filled) as Record<string, NdArray> as Values<P, NdArray>;
}

/** The one tensor called `name`, or whose name ends in it. */
function fullName(tensors: Readonly<Record<string, Safetensor>>, name: string): string {
  if (Object.hasOwn(tensors, name)) return name;
  const [first, ...others] = Object.keys(tensors).filter((key) => key.endsWith(`.${name}`));
  if (first === undefined) {
    throw new RangeError(
      `${WHO}: names must be among those of the tensors ${show(Object.keys(tensors))}, got ${show(name)}`,
    );
  }
  if (others.length > 0) {
    throw new RangeError(
      `${WHO}: names must be of one tensor, got ${show(name)} for ${show([first, ...others])}`,
    );
  }
  return first;
}
