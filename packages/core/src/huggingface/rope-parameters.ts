import {
  checkBetween,
  checkBoolean,
  checkCount,
  checkNumbers,
  checkObject,
  checkPositive,
  show,
} from "../checks.ts";
import { type RopeScaling, type RopeScalingData, ropeScaling } from "../rope-scaling/rope-scaling.ts";
import { agreed, type Config, found, given, type Named, WHO } from "./config-values.ts";

/** How the pairs are shared out to the axes of a multimodal position (Qwen2-VL): time, height, width. */
export interface MultimodalSections {
  /** How many pairs belong to each axis. */
  readonly sections: readonly number[];
  /** Whether the axes take turns (Qwen3-VL) instead of lying one after another. */
  readonly interleaved: boolean;
}

/** The query at position p is multiplied by 1 + beta · ln(1 + ⌊p / length⌋) (Ministral 3). */
export interface QueryScaling {
  readonly beta: number;
  readonly length: number;
}

/** What one block of RoPE parameters says. */
export interface RopeParameters {
  readonly base?: Named<number>;
  readonly partialRotaryFactor?: Named<number>;
  readonly scaling?: RopeScaling;
  readonly multimodal?: MultimodalSections;
  readonly queryScaling?: QueryScaling;
}

/** What the rest of the config has to say about it. */
export interface Surroundings {
  /** The name of the block in the config. */
  readonly where: string;
  readonly maxPositionEmbeddings?: number | undefined;
  readonly originalMaxPositionEmbeddings?: Named<number> | undefined;
  /** Of the whole head; `proportional` takes it as its own. */
  readonly partialRotaryFactor?: Named<number> | undefined;
  /** The length of the sequence in force. */
  readonly length?: number | undefined;
}

type Check = (who: string, what: string, value: unknown) => unknown;
type Values = Readonly<Record<string, unknown>>;

const list: Check = (who, what, value) =>
  checkNumbers(who, what, value, Array.isArray(value) ? value.length : 1);
const share: Check = (who, what, value) => checkBetween(who, what, value, 0, 1);
const fromZero: Check = (who, what, value) => checkBetween(who, what, value, 0, 1e6);

const checks: Readonly<Record<string, Check>> = {
  factor: checkPositive,
  alpha: checkPositive,
  llama_4_scaling_beta: fromZero,
  max_position_embeddings: checkCount,
  original_max_position_embeddings: checkCount,
  attention_factor: checkPositive,
  beta_fast: checkPositive,
  beta_slow: checkPositive,
  mscale: fromZero,
  mscale_all_dim: fromZero,
  truncate: checkBoolean,
  finetuned: checkBoolean,
  short_factor: list,
  long_factor: list,
  short_mscale: checkPositive,
  long_mscale: checkPositive,
  low_freq_factor: checkPositive,
  high_freq_factor: checkPositive,
};

const COMMON = [
  "rope_type",
  "type",
  "rope_theta",
  "partial_rotary_factor",
  "mrope_section",
  "mrope_interleaved",
];

interface RopeType {
  /** Keys besides the common ones. */
  readonly keys: readonly string[];
  readonly required?: readonly string[];
  /** Options of `rope` besides those that are called as their key. */
  extra?(values: Values, around: Surroundings): Record<string, unknown>;
  /** Keys that say nothing about the frequencies, or have been used up by `extra`. */
  readonly used?: readonly string[];
  readonly unscaled?: true;
}

const original = "original_max_position_embeddings";

/** The original length, wherever it stands; the trained one is as good where nothing is said. */
function originalLength(values: Values, around: Surroundings): number {
  const inside = found(values, [original], `${around.where}.`) as Named<number>[];
  const outside = around.originalMaxPositionEmbeddings ? [around.originalMaxPositionEmbeddings] : [];
  return needed(agreed([...inside, ...outside])?.value ?? around.maxPositionEmbeddings, original, around);
}

function needed(value: number | undefined, key: string, { where }: Surroundings): number {
  if (value !== undefined) return value;
  throw new TypeError(`${WHO}: ${key} must be given for this ${where}, got undefined`);
}

/** HunYuan writes these beside `alpha`, with which its code takes a fixed base and reads none of them. */
const YARN_ONLY = ["beta_fast", "beta_slow", "mscale", "mscale_all_dim"];

/** Inside the block or outside: the trained length. */
function longestOf(values: Values, { where, maxPositionEmbeddings }: Surroundings): number | undefined {
  const key = "max_position_embeddings";
  const inside = found(values, [key], `${where}.`) as Named<number>[];
  const outside = maxPositionEmbeddings === undefined ? [] : [{ name: key, value: maxPositionEmbeddings }];
  return agreed([...inside, ...outside])?.value;
}

const ropeTypes: Readonly<Record<string, RopeType>> = {
  default: { keys: [], unscaled: true },

  linear: { keys: ["factor"], required: ["factor"] },

  dynamic: {
    keys: ["factor", original, "alpha", ...YARN_ONLY],
    required: ["factor"],
    used: [original, "alpha", ...YARN_ONLY],
    extra(values, around) {
      const beside = YARN_ONLY.find((key) => values[key] !== undefined);
      if (values.alpha !== undefined) return { type: "ntk", factor: values.alpha };
      if (beside !== undefined) {
        throw new TypeError(
          `${WHO}: ${around.where}.${beside} must be left out for rope_type "dynamic" without alpha, got ${show(values[beside])}`,
        );
      }
      const { where, maxPositionEmbeddings, length } = around;
      const trained =
        maxPositionEmbeddings === undefined
          ? []
          : [{ name: "max_position_embeddings", value: maxPositionEmbeddings }];
      const inside = found(values, [original], `${where}.`) as Named<number>[];
      const longest = agreed([...trained, ...inside])?.value;
      return { maxPositionEmbeddings: needed(longest, "max_position_embeddings", around), length };
    },
  },

  yarn: {
    keys: [
      "factor",
      original,
      "attention_factor",
      "beta_fast",
      "beta_slow",
      "mscale",
      "mscale_all_dim",
      "truncate",
      "finetuned",
      "max_position_embeddings",
      "llama_4_scaling_beta",
    ],
    used: ["finetuned", "max_position_embeddings", "llama_4_scaling_beta"],
    extra(values, around) {
      const originalMaxPositionEmbeddings = originalLength(values, around);
      const known = longestOf(values, around);
      if (values.factor !== undefined) return { originalMaxPositionEmbeddings };
      const longest = needed(known, "factor or max_position_embeddings", around);
      return { factor: longest / originalMaxPositionEmbeddings, originalMaxPositionEmbeddings };
    },
  },

  longrope: {
    keys: [
      "short_factor",
      "long_factor",
      "factor",
      original,
      "attention_factor",
      "short_mscale",
      "long_mscale",
    ],
    required: ["short_factor", "long_factor"],
    used: ["short_mscale", "long_mscale"],
    extra(values, around) {
      const { maxPositionEmbeddings, length = 0 } = around;
      const originalMaxPositionEmbeddings = originalLength(values, around);
      const mscale = length > originalMaxPositionEmbeddings ? "long_mscale" : "short_mscale";
      const attention = agreed(found(values, [mscale, "attention_factor"], `${around.where}.`));
      return {
        originalMaxPositionEmbeddings,
        maxPositionEmbeddings,
        length: around.length,
        attentionFactor: attention?.value,
      };
    },
  },

  llama3: {
    keys: ["factor", "low_freq_factor", "high_freq_factor", original],
    required: ["factor", "low_freq_factor", "high_freq_factor"],
    extra: (values, around) => ({ originalMaxPositionEmbeddings: originalLength(values, around) }),
  },

  proportional: {
    keys: ["factor"],
    extra: (_, { partialRotaryFactor }) => ({ partialRotaryFactor: partialRotaryFactor?.value ?? 1 }),
  },
};

/** Old names of types, with the new ones. */
const renamed: Readonly<Record<string, string>> = { su: "longrope", mrope: "default" };

/**
 * One block of RoPE parameters: the value of `rope_parameters`, of one layer type in it, or of `rope_scaling`.
 *
 * @throws TypeError, RangeError naming the key that is unknown, missing, wrong or contradicts another
 */
export function ropeParameters(block: unknown, around: Surroundings): RopeParameters {
  const { where } = around;
  const config = checkObject(WHO, where, block) as Config;
  const type = typeOf(config, where);
  const ropeType = ropeTypes[type]!;
  const known = [...COMMON, ...ropeType.keys];
  for (const key of Object.keys(config)) {
    if (!known.includes(key)) {
      throw new TypeError(
        `${WHO}: unknown key ${show(`${where}.${key}`)} for rope_type ${show(type)}; known are ${known.join(", ")}`,
      );
    }
  }
  const number = (key: string, check: Check) => {
    const [named] = found(config, [key], `${where}.`);
    return named && { name: named.name, value: check(WHO, named.name, named.value) as number };
  };
  const base = number("rope_theta", checkPositive);
  const inside = number("partial_rotary_factor", share);
  const partialRotaryFactor = agreed(
    [inside, around.partialRotaryFactor].filter((value) => value !== undefined),
  );
  const scaling = scalingOf(type, config, { ...around, partialRotaryFactor });
  const multimodal = sectionsOf(config, where);
  const queryScaling = queryScalingOf(config, around);
  return {
    ...(base && { base }),
    ...(partialRotaryFactor && type !== "proportional" && { partialRotaryFactor }),
    ...(scaling && { scaling }),
    ...(multimodal && { multimodal }),
    ...(queryScaling && { queryScaling }),
  };
}

function typeOf(config: Config, where: string): string {
  const types = found(config, ["rope_type", "type"], `${where}.`).map(({ name, value }) => {
    const type = typeof value === "string" && Object.hasOwn(renamed, value) ? renamed[value]! : value;
    if (typeof type !== "string" || !Object.hasOwn(ropeTypes, type)) {
      const known = [...Object.keys(ropeTypes), ...Object.keys(renamed)];
      const Kind = typeof type === "string" ? RangeError : TypeError;
      throw new Kind(`${WHO}: ${name} must be one of ${known.join(", ")}, got ${show(type)}`);
    }
    return { name, value: type };
  });
  return agreed(types)?.value ?? "default";
}

function scalingOf(type: string, config: Config, around: Surroundings): RopeScaling | undefined {
  const { keys, required = [], used = [], extra, unscaled } = ropeTypes[type]!;
  const values: Record<string, unknown> = {};
  for (const key of keys) {
    const value = given(config, key);
    if (value !== undefined) values[key] = checks[key]!(WHO, `${around.where}.${key}`, value);
    else if (required.includes(key)) {
      throw new TypeError(
        `${WHO}: ${around.where}.${key} must be given where rope_type is ${show(type)}, got ${show(config[key])}`,
      );
    }
  }
  if (unscaled) return undefined;
  const kept = Object.entries(values).filter(([key]) => !used.includes(key));
  const named = Object.fromEntries(kept.map(([key, value]) => [camelCase(key), value]));
  const options = Object.entries({ type, ...named, ...extra?.(values, around) });
  const data = Object.fromEntries(options.filter(([, value]) => value !== undefined));
  return ropeScaling(data as unknown as RopeScalingData);
}

const camelCase = (key: string): string =>
  key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** @throws TypeError where the length is missing */
function queryScalingOf(config: Config, around: Surroundings): QueryScaling | undefined {
  const beta = given(config, "llama_4_scaling_beta");
  if (beta === undefined || beta === 0) return undefined;
  return { beta: beta as number, length: originalLength(config, around) };
}

function sectionsOf(config: Config, where: string): MultimodalSections | undefined {
  const sections = given(config, "mrope_section");
  const turns = given(config, "mrope_interleaved");
  if (sections === undefined) {
    if (turns === undefined) return undefined;
    throw new TypeError(`${WHO}: ${where}.mrope_section must be given beside mrope_interleaved`);
  }
  const counts = checkNumbers(WHO, `${where}.mrope_section`, sections, 3);
  counts.forEach((count, i) => {
    checkCount(WHO, `${where}.mrope_section[${i}]`, count, 0);
  });
  const interleaved = turns === undefined ? false : checkBoolean(WHO, `${where}.mrope_interleaved`, turns);
  return { sections: counts, interleaved };
}
