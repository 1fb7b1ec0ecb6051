import {
  type ConfiguredRope,
  type RopeFrequencies,
  type RopeFrequencyOptions,
  type RopeScalingData,
  range,
  rope,
  ropeFrequencies,
  ropeFromConfig,
  ropeScaling,
  typedArrays,
  yarnSoftmaxFactor,
} from "@posenc/core";
import { type Expected, ulp } from "../expect.ts";
import { scaledEncoder } from "../ops/turns.ts";
import type { ReferenceCase } from "../reference.ts";
import { beside, besidePlain, besidePrecise, type Comparison, type Peer } from "./comparison.ts";
import { frequencyOptions } from "./ropes.ts";
import { positionsOf } from "./sinusoids.ts";

type Params = Readonly<Record<string, unknown>>;

/** Their frequencies and attention factor beside ours. */
function frequenciesBeside(entry: ReferenceCase, ours: RopeFrequencies): Comparison[] {
  const { high } = ours.frequencies;
  return [
    ...besidePrecise(entry, "inv_freq", { shape: [high.length], data: high }),
    ...(entry.plain.attention_factor === undefined
      ? []
      : besidePlain(entry, "attention_factor", ours.attentionFactor)),
  ];
}

const frequenciesOf = ({ encoder }: Pick<ConfiguredRope, "encoder">): RopeFrequencies =>
  ropeFrequencies(frequencyOptions(encoder));

interface HfParams {
  readonly hf_config_class: string;
  readonly config_json: Params;
  readonly rope_parameters: Params;
  readonly head_dim: number;
  readonly rotary_dim: number;
  readonly max_position_embeddings: number;
  readonly seq_len: number | null;
  readonly layer_type: string | null;
}

/** Models in transformers: from their published config, and from the `rope_parameters` that it is resolved to. */
export const configs: Peer = (entry) => {
  const params = entry.params as unknown as HfParams;
  const { config_json, rope_parameters, head_dim, rotary_dim, max_position_embeddings } = params;
  const options = {
    ...(params.seq_len !== null && { length: params.seq_len }),
    ...(params.layer_type !== null && { layerType: params.layer_type }),
  };
  const resolved = { head_dim, max_position_embeddings, rope_parameters };
  const published = { model_type: modelType(params.hf_config_class), ...config_json };
  const both = [resolved, ...(Object.keys(config_json).length > 0 ? [published] : [])];
  return both.flatMap((config) => {
    const configured = ropeFromConfig(config, options);
    const sizes: Comparison = {
      output: "inv_freq",
      what: "head_dim, rotary_dim",
      got: { shape: [2], data: [configured.encoder.dim, configured.encoder.rotaryDim] },
      want: { shape: [2], data: [head_dim, rotary_dim] },
      tolerance: () => 0,
    };
    return [sizes, ...frequenciesBeside(entry, frequenciesOf(configured))];
  });
};

/** Names that are one word in `model_type`. */
const words = /StableLm|SmolLM|ModernBert|EuroBert|CodeGen|BitNet|DiffLlama/;

/** LlamaConfig → llama, Gemma4TextConfig → gemma4_text. */
function modelType(configClass: string): string {
  return configClass
    .replace(/Config$/, "")
    .replace("GPTNeoX", "Gpt_neox")
    .replace(/HunYuan(Dense|MoE)V1/, (_, kind: string) => `Hunyuan_v1_${kind.toLowerCase()}`)
    .replace("ModernBertDecoder", "modernbert-decoder")
    .replace(words, (name) => name[0] + name.slice(1).toLowerCase())
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

type Options = (params: Record<string, number>) => RopeFrequencyOptions;

const withScaling = (dim: number, base: number, scaling: object): RopeFrequencyOptions => {
  const given = Object.entries(scaling).filter(([, value]) => value !== undefined);
  const data = Object.fromEntries(given) as unknown as RopeScalingData;
  return { dim, base, scaling: ropeScaling(data) };
};

/** Independent codes by the part of a case's id before the slash: their arguments as our options. */
const codes: Readonly<Record<string, Options>> = {
  "gpt-oss": (p) =>
    withScaling(p.head_dim!, p.base!, {
      type: "yarn",
      factor: p.scaling_factor,
      originalMaxPositionEmbeddings: p.initial_context_length,
      betaFast: p.ntk_beta,
      betaSlow: p.ntk_alpha,
      truncate: false,
    }),
  "deepseek-v3": (p) =>
    p.max_seq_len! > p.original_seq_len!
      ? withScaling(p.qk_rope_head_dim!, p.rope_theta!, {
          type: "yarn",
          factor: p.rope_factor,
          originalMaxPositionEmbeddings: p.original_seq_len,
          betaFast: p.beta_fast,
          betaSlow: p.beta_slow,
          attentionFactor: 1,
        })
      : { dim: p.qk_rope_head_dim!, base: p.rope_theta! },
  "yarn-original": ({ attn_factor = 1, scale = 1, ...p }) =>
    withScaling(p.dim!, p.base!, {
      type: "yarn",
      factor: scale,
      originalMaxPositionEmbeddings: p.original_max_position_embeddings ?? 2048,
      betaFast: p.beta_fast,
      betaSlow: p.beta_slow,
      ...(attn_factor !== 1 && { attentionFactor: (1 + Math.log(Math.max(scale, 1)) / 10) * attn_factor }),
    }),
  "yarn-part-ntk": (p) =>
    withScaling(p.dim!, p.base!, {
      type: "ntk-by-parts",
      factor: p.scale ?? 1,
      originalMaxPositionEmbeddings: p.original_max_position_embeddings ?? 2048,
    }),
  "ntk-static": (p) => withScaling(p.dim!, p.base!, { type: "ntk", factor: p.alpha }),
  "dynamic-original": (p) =>
    p.ntk
      ? withScaling(p.dim!, p.base!, {
          type: "dynamic",
          factor: p.ntk,
          maxPositionEmbeddings: p.max_position_embeddings,
          length: p.seq_len,
        })
      : { dim: p.dim!, base: p.base! },
  "torchtune-llama3.1": (p) =>
    withScaling(p.dim!, p.base!, {
      type: "llama3",
      factor: p.scale_factor ?? 8,
      lowFreqFactor: p.low_freq_factor ?? 1,
      highFreqFactor: p.high_freq_factor ?? 4,
      originalMaxPositionEmbeddings: p.old_context_len ?? 8192,
    }),
};

/** Codes beside transformers: their frequencies, and their tables where they return them. */
export const otherCodes: Peer = (entry) => {
  const params = entry.params as Record<string, number>;
  const code = codes[entry.id.split("/")[0]!];
  if (!code) return { missing: "the arguments of this code" };
  const mixed = ["extrapolation_factor", "ntk_factor"].find((name) => (params[name] ?? 1) !== 1);
  if (mixed) return { missing: `${mixed} other than 1` };
  const options = code(params);
  const given = entry.inputs.positions;
  const positions = given ? positionsOf(given.data, given.shape) : range(params.num_tokens ?? 1);
  const turn = rope(options).turns(typedArrays, positions, {});
  const tables = (["cos", "sin"] as const).flatMap((name) =>
    entry.outputs[name] ? beside(entry, name, turn[name], "table") : [],
  );
  const inverse = entry.outputs.inv_freq ? frequenciesBeside(entry, ropeFrequencies(options)) : [];
  return [...inverse, ...tables];
};

/** DeepSeek's softmax scale: 1 / √dim, times the square of what others multiply sines and cosines by. */
export const softmaxScales: Peer = (entry) => {
  const { rope_parameters, qk_head_dim } = entry.params as unknown as {
    rope_parameters: { factor?: number; mscale_all_dim?: number };
    qk_head_dim: number;
  };
  const { factor = 1, mscale_all_dim: mscaleAllDim = 0 } = rope_parameters;
  const square = yarnSoftmaxFactor({ factor, mscaleAllDim });
  return [
    ...besidePlain(entry, "softmax_scale", square / Math.sqrt(qk_head_dim)),
    ...besidePlain(entry, "mscale", Math.sqrt(square)),
  ];
};

interface StatefulParams {
  readonly config_json: Params & { readonly max_position_embeddings: number };
  readonly call_lengths: readonly number[];
}

/**
 * The module of transformers keeps the longest length it has seen and forgets it at a call shorter than the trained
 * one. Ours keeps nothing: the length in force is an option. So the test remembers it.
 */
export const statefulCalls: Peer = (entry) => {
  const { config_json, call_lengths } = entry.params as unknown as StatefulParams;
  const trained = config_json.max_position_embeddings;
  let inForce = trained;
  const rows = call_lengths.map((length) => {
    if (length > inForce) inForce = length;
    else if (length < trained) inForce = trained;
    return frequenciesOf(ropeFromConfig(config_json, { length: inForce })).frequencies.high;
  });
  const data = Float64Array.from(rows.flatMap((row) => [...row]));
  return besidePrecise(entry, "inv_freq", { shape: [rows.length, rows[0]!.length], data });
};

/** 60-digit truth: within 1 ulp of float64. */
export const scaledTruths: Peer = (entry) => {
  const { theta, dim, seq_len, rope_type, factors, ...rest } = entry.params as Record<string, unknown>;
  const { max_position_embeddings, ...block } = rest;
  const config = {
    head_dim: dim,
    max_position_embeddings,
    rope_parameters: {
      rope_type,
      rope_theta: theta,
      ...block,
      ...(factors !== undefined && { short_factor: factors, long_factor: factors }),
    },
  };
  const options = typeof seq_len === "number" ? { length: seq_len } : {};
  return exactly(entry, frequenciesOf(ropeFromConfig(config, options)));
};

/** The same with tables, their attention factor in them: within 1 ulp of float32. */
export const scaledTables: Peer = (entry) => {
  const encoder = scaledEncoder(entry);
  const { positions } = entry.params as { readonly positions: readonly number[] };
  const turn = encoder.turns(typedArrays, positionsOf(positions, [positions.length]), {});
  const tables = (["sin", "cos"] as const).map(
    (name): Comparison => ({
      output: name,
      what: name,
      got: turn[name],
      want: entry.outputs[name]!,
      tolerance: ulp,
    }),
  );
  return [...exactly(entry, frequenciesOf({ encoder })), ...tables];
};

/** Frequencies and attention factor within 1 ulp of float64. */
function exactly(entry: ReferenceCase, ours: RopeFrequencies): Comparison[] {
  const close = (output: string, got: Expected, want: Expected): Comparison => ({
    output,
    what: output,
    got,
    want,
    tolerance: (value) => 2 ** -52 * Math.abs(value),
  });
  const { high } = ours.frequencies;
  const single = (value: number): Expected => ({ shape: [1], data: [value] });
  return [
    close("inv_freq", { shape: [high.length], data: high }, entry.outputs.inv_freq!),
    close("attention_factor", single(ours.attentionFactor), single(entry.plain.attention_factor as number)),
  ];
}
