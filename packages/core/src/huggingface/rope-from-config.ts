import {
  checkBoolean,
  checkCount,
  checkNames,
  checkObject,
  checkOneOf,
  checkPositive,
  show,
} from "../checks.ts";
import type { RotaryEncoder } from "../encoder.ts";
import { rope } from "../encoders/rope.ts";
import type { Pairing } from "../ops.ts";
import { agreed, type Config, found, given, type Named, oneOf, WHO } from "./config-values.ts";
import { layersOf } from "./rope-layers.ts";
import { type RopeModel, ropeModels } from "./rope-models.ts";
import {
  type MultimodalSections,
  type QueryScaling,
  type RopeParameters,
  ropeParameters,
  type Surroundings,
} from "./rope-parameters.ts";

export interface RopeConfigOptions {
  /** The length of the sequence in force, for the types "dynamic" and "longrope". */
  readonly length?: number;
  /** Which layers are meant, where layers differ ("full_attention", "sliding_attention"). */
  readonly layerType?: string;
  /** How the pairs lie in the weights, where `model_type` does not tell it. */
  readonly pairing?: Pairing;
}

export interface ConfiguredRope {
  /** Of the layers that were asked for; of "full_attention" where layers differ and none were. */
  readonly encoder: RotaryEncoder;
  /** Where layers differ: the encoders of each type of layer. */
  readonly byLayerType: Readonly<Record<string, RotaryEncoder>>;
  /** For each layer its encoder, or null where it has no RoPE; left out where the config does not count its layers. */
  readonly layers?: readonly (RotaryEncoder | null)[];
  /** Where positions have three axes: how the pairs are shared out. The encoder is that of text. */
  readonly multimodal?: MultimodalSections;
  /** Where queries are multiplied by a factor that grows with their position, which is no matter of the encoder. */
  readonly queryScaling?: QueryScaling;
}

const BLOCKS = ["rope_parameters", "rope_scaling"];
const THETAS = ["rope_theta", "rotary_emb_base"];
const SHARES = ["partial_rotary_factor", "rotary_pct", "rotary_emb_fraction"];
const PAIRINGS = ["rope_interleave", "rotary_emb_interleaved"];
const MUST_BE_TRUE = ["rotary", "use_rope"];
/** Thetas by type of layer, before `rope_parameters` were nested. The local ones are never scaled. */
const GLOBAL_THETA = "global_rope_theta";
const LOCAL_THETAS = ["rope_local_base_freq", "local_rope_theta"];
/** All names with "rope" or "rotary" that mean something here; any other is an error. */
const KNOWN = [
  ...BLOCKS,
  ...THETAS,
  ...SHARES,
  ...PAIRINGS,
  ...MUST_BE_TRUE,
  GLOBAL_THETA,
  ...LOCAL_THETAS,
  "rotary_dim",
  "qk_rope_head_dim",
  "no_rope_layers",
  "no_rope_layer_interval",
];

/**
 * The rotary encoder of a published model, from its config.json: the `rope_parameters` of transformers 5, flat or
 * by type of layer, and the older spellings (`rope_scaling` with `type` or `rope_type`, `rotary_pct`,
 * `rotary_emb_base`, `rotary_dim`, `rope_local_base_freq` …). Of a multimodal config the `text_config` is read.
 *
 * A config does not say how the pairs lie: that goes by `model_type`, and is "halves" for one that is not known.
 *
 * @throws TypeError, RangeError naming the key that is unknown, missing, wrong or contradicts another
 */
export function ropeFromConfig(config: unknown, options: RopeConfigOptions = {}): ConfiguredRope {
  checkNames(WHO, options, ["length", "layerType", "pairing"]);
  const { length, layerType } = options;
  if (length !== undefined) checkCount(WHO, "length", length);
  const text = textOf(checkObject(WHO, "config", config));
  const model = modelOf(text);
  checkKeys(text, model);
  const make = (parameters: RopeParameters, type?: string) =>
    rope(ropeOptions(text, model ?? {}, headOf(text, model ?? {}, type), parameters, options.pairing));

  const { flat, nested } = blocksOf(text, model ?? {}, length);
  const byLayerType = Object.fromEntries(
    Object.entries(nested).map(([type, parameters]) => [type, make(parameters, type)]),
  );
  const only = flat && make(flat);
  const encoder = only ?? byLayerType[wantedType(nested, layerType)]!;
  const [{ multimodal, queryScaling }] = (flat ? [flat] : Object.values(nested)) as [RopeParameters];
  if (multimodal) checkSections(multimodal, encoder);
  const layers = layersOf(text, model ?? {}, byLayerType, only);
  return {
    encoder,
    byLayerType,
    ...(layers && { layers }),
    ...(multimodal && { multimodal }),
    ...(queryScaling && { queryScaling }),
  };
}

const isRopeKey = (key: string): boolean => /rope|rotary/i.test(key);

function textOf(config: Config): Config {
  const text = given(config, "text_config");
  if (text === undefined || Object.keys(config).some(isRopeKey)) return config;
  return checkObject(WHO, "text_config", text);
}

function modelOf(config: Config): RopeModel | undefined {
  const type = given(config, "model_type");
  return typeof type === "string" && Object.hasOwn(ropeModels, type) ? ropeModels[type] : undefined;
}

function checkKeys(config: Config, model: RopeModel | undefined): void {
  const named = Object.keys(config).filter(isRopeKey);
  for (const key of named) {
    if (!KNOWN.includes(key) && given(config, key) !== undefined) {
      throw new TypeError(`${WHO}: unknown key ${show(key)}; known are ${KNOWN.join(", ")}`);
    }
  }
  for (const key of MUST_BE_TRUE) {
    if (given(config, key) !== undefined && !checkBoolean(WHO, key, config[key])) {
      throw new RangeError(`${WHO}: ${key} must be true for a model with RoPE, got false`);
    }
  }
  if (given(config, "alibi") === true) {
    throw new RangeError(`${WHO}: alibi must not be true for a model with RoPE, got true`);
  }
  if (named.length === 0 && model === undefined) {
    throw new TypeError(
      `${WHO}: config must say that the model has RoPE, got neither a known model_type nor one of ${KNOWN.join(", ")}`,
    );
  }
}

/** Length of a head that is turned: of its part for positions where it has one, else of all of it. */
function headOf(config: Config, model: RopeModel, layerType?: string): number {
  const global =
    layerType === "full_attention"
      ? (oneOf(config, ["global_head_dim"], checkCount) ?? model.globalHeadDim)
      : undefined;
  const own =
    oneOf(config, ["qk_rope_head_dim"], checkCount) ??
    global ??
    oneOf(config, ["head_dim"], checkCount) ??
    model.headDim;
  if (own !== undefined) return own;
  const width = oneOf(config, ["hidden_size", "n_embd", "d_model"], checkCount);
  const heads = oneOf(config, ["num_attention_heads", "n_head", "num_heads"], checkCount);
  if (width === undefined || heads === undefined) {
    throw new TypeError(`${WHO}: head_dim, or hidden_size and num_attention_heads, must be given`);
  }
  if (width % heads !== 0) {
    throw new RangeError(
      `${WHO}: hidden_size must be a multiple of num_attention_heads ${heads}, got ${width}`,
    );
  }
  return width / heads;
}

function ropeOptions(
  config: Config,
  model: RopeModel,
  dim: number,
  { base, partialRotaryFactor, scaling }: RopeParameters,
  wanted: Pairing | undefined,
) {
  const share = partialRotaryFactor?.value ?? model.partialRotaryFactor;
  const byShare =
    share === undefined || scaling?.type === "proportional" ? undefined : Math.trunc(dim * share);
  const modelRotaryDim = Object.hasOwn(config, "rotary_dim") ? dim : Math.min(model.rotaryDim ?? dim, dim);
  const explicit = found(config, ["rotary_dim"]) as Named<number>[];
  const shared = partialRotaryFactor && { name: `${partialRotaryFactor.name} · ${dim}`, value: byShare! };
  const rotaryDim = agreed([...explicit, ...(shared ? [shared] : [])])?.value ?? byShare ?? modelRotaryDim;
  const said = oneOf(config, PAIRINGS, checkBoolean);
  const ofConfig = said === undefined ? model.pairing : said ? "interleaved" : "halves";
  return {
    dim,
    rotaryDim,
    pairing: wanted ?? ofConfig ?? "halves",
    ...withBase(base?.value ?? model.base),
    ...(scaling && { scaling }),
  };
}

const withBase = (base: number | undefined) => (base === undefined ? {} : { base });

interface Blocks {
  readonly flat?: RopeParameters;
  readonly nested: Readonly<Record<string, RopeParameters>>;
}

/** The parameters of all layers, or of each type of layer. */
function blocksOf(config: Config, model: RopeModel, length: number | undefined): Blocks {
  const block = agreed(found(config, BLOCKS)) ?? {
    name: "rope_parameters",
    value: model.parameters ?? {},
  };
  const { name: where, value } = block;
  const parts = Object.entries(checkObject(WHO, where, value));
  const original = oneOf(config, ["original_max_position_embeddings"], checkCount);
  const share = agreed(found(config, SHARES)) as Named<number> | undefined;
  const around: Surroundings = {
    where,
    maxPositionEmbeddings: oneOf(config, ["max_position_embeddings", "n_positions"], checkCount),
    originalMaxPositionEmbeddings:
      original === undefined ? undefined : { name: "original_max_position_embeddings", value: original },
    partialRotaryFactor: share && { name: share.name, value: checkPositive(WHO, share.name, share.value) },
    length,
  };
  const theta = (keys: readonly string[]) => agreed(found(config, keys)) as Named<number> | undefined;
  const ofAll = theta(THETAS);
  const local = theta(LOCAL_THETAS);
  const ofLocal = local ?? localOf(model);
  const isNested =
    parts.length > 0 && parts.every(([, part]) => typeof part === "object" && !Array.isArray(part));
  if (isNested && parts.some(([, part]) => part !== null)) {
    const present = parts.filter(([, part]) => part !== null);
    const nested = present.map(([type, part]): [string, RopeParameters] => {
      const parameters = ropeParameters(part, { ...around, where: `${where}.${type}` });
      const fallback = (type === "sliding_attention" ? ofLocal : undefined) ?? ofAll;
      return [type, { ...(fallback && { base: checked(fallback) }), ...parameters }];
    });
    const bases = nested.flatMap(([, { base }]) => (base ? [base] : []));
    if (ofAll && !bases.some(({ value }) => value === ofAll.value)) agreed([ofAll, ...bases]);
    return { nested: Object.fromEntries(nested) };
  }

  const parameters = ropeParameters(value, around);
  const global = theta([GLOBAL_THETA]);
  const bases = [ofAll, parameters.base, global].filter((base) => base !== undefined);
  const base = agreed(bases);
  const flat = { ...parameters, ...(base && { base: checked(base) }) };
  const { scaling, ...unscaled } = flat;
  if (ofLocal === undefined && model.localBase === undefined) return { flat, nested: {} };
  const sliding = { ...unscaled, ...(ofLocal && { base: checked(ofLocal) }) };
  return { nested: { full_attention: flat, sliding_attention: sliding } };
}

/** The theta that layers with a window have by the model. */
const localOf = ({ localBase }: RopeModel): Named<number> | undefined =>
  typeof localBase === "number" ? { name: "the theta of sliding_attention", value: localBase } : undefined;

const checked = ({ name, value }: Named<number>): Named<number> => ({
  name,
  value: checkPositive(WHO, name, value),
});

function wantedType(nested: Readonly<Record<string, unknown>>, layerType: string | undefined): string {
  const types = Object.keys(nested);
  if (layerType !== undefined) return checkOneOf(WHO, "layerType", layerType, types);
  return types.includes("full_attention") ? "full_attention" : types[0]!;
}

function checkSections({ sections }: MultimodalSections, { rotaryDim }: RotaryEncoder): void {
  const total = sections.reduce((sum, count) => sum + count, 0);
  if (total !== rotaryDim / 2) {
    throw new RangeError(
      `${WHO}: mrope_section must add up to ${rotaryDim / 2} pairs, got ${show([...sections])}`,
    );
  }
}
