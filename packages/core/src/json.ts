import { checkNames, checkObject, show } from "./checks.ts";
import type { Encoder } from "./encoder.ts";
import { alibi } from "./encoders/alibi.ts";
import { axialRope } from "./encoders/axial-rope.ts";
import { cope } from "./encoders/cope.ts";
import { deberta } from "./encoders/deberta.ts";
import { debertaBias } from "./encoders/deberta-bias.ts";
import { dynamicPositionBias } from "./encoders/dynamic-position-bias.ts";
import { fire } from "./encoders/fire.ts";
import { forgetting } from "./encoders/forgetting.ts";
import { gaussianFourier } from "./encoders/gaussian-fourier.ts";
import { kerple } from "./encoders/kerple.ts";
import { learned } from "./encoders/learned.ts";
import { learnedRope } from "./encoders/learned-rope.ts";
import { mixedRope } from "./encoders/mixed-rope.ts";
import { mrope } from "./encoders/mrope.ts";
import { nerf } from "./encoders/nerf.ts";
import { none } from "./encoders/none.ts";
import { rope } from "./encoders/rope.ts";
import { sandwich } from "./encoders/sandwich.ts";
import { sinusoidal } from "./encoders/sinusoidal.ts";
import { sinusoidalNd } from "./encoders/sinusoidal-nd.ts";
import { swin } from "./encoders/swin.ts";
import { swin2 } from "./encoders/swin2.ts";
import { t5 } from "./encoders/t5.ts";
import { transformerXl } from "./encoders/transformer-xl.ts";
import { xpos } from "./encoders/xpos.ts";
import { type RopeScalingData, ropeScaling } from "./rope-scaling/rope-scaling.ts";

/** An encoder as plain data. */
export interface EncoderJSON {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Makes an encoder from options that came from elsewhere; it must check them itself. */
export type EncoderFactory = (options: never) => Encoder;
export type Registry = Readonly<Record<string, EncoderFactory>>;

/** The encoders of this package by name. Extend it: `{ ...encoders, mine }`. */
export const encoders = {
  none,
  sinusoidal,
  sinusoidalNd,
  nerf,
  gaussianFourier,
  learned,
  rope,
  alibi,
  t5,
  deberta,
  debertaBias,
  kerple,
  fire,
  sandwich,
  dynamicPositionBias,
  cope,
  forgetting,
  swin,
  swin2,
  transformerXl,
  axialRope,
  learnedRope,
  mixedRope,
  mrope,
  xpos,
};

export function toJSON({ name, options }: Pick<Encoder, "name" | "options">): EncoderJSON {
  return { name, options: structuredClone(options) as Record<string, unknown> };
}

/**
 * The encoder that {@link toJSON} described. An option `scaling` becomes what {@link ropeScaling} makes of it, so that
 * an encoder of one's own can hand it to `rope`.
 *
 * @param registry where names are looked up; the encoders of this package unless given
 * @throws TypeError, RangeError for a name that is not in the registry or options its factory rejects
 */
export function fromJSON(json: unknown, registry: Registry = encoders): Encoder {
  const { name, options } = checkObject("fromJSON", "json", json);
  checkNames("fromJSON", json, ["name", "options"]);
  if (typeof name !== "string") throw new TypeError(`fromJSON: name must be a string, got ${show(name)}`);
  if (!Object.hasOwn(registry, name)) {
    throw new RangeError(
      `fromJSON: name must be one of ${Object.keys(registry).join(", ")}, got ${show(name)}`,
    );
  }
  return registry[name]!(withMethod(checkObject("fromJSON", "options", options)) as never);
}

/** A scaling of frequencies has lost its method in JSON. */
function withMethod(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { scaling } = options;
  if (typeof scaling !== "object" || scaling === null || Array.isArray(scaling)) return options;
  return { ...options, scaling: ropeScaling(scaling as RopeScalingData) };
}
