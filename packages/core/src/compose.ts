/**
 * Several encoders at work in one model: a learned table and ALiBi; RoPE in some layers and none in others (Llama 4,
 * SmolLM3); a local and a global base (Gemma 3). A composition is no encoder: it acts in several places, so it cannot
 * be bound. {@link slots} and the models that are built on it take one in the place of an encoder.
 */
import { checkCount, checkNames, checkObject, show } from "./checks.ts";
import type { Encoder, PositionRange } from "./encoder.ts";
import { fromJSON, type Registry } from "./json.ts";
import type { Parameter } from "./parameters.ts";

export interface Part {
  readonly encoder: Encoder;
  /** Layers in which it acts, from 0; all unless given. */
  readonly layers?: readonly number[];
}

export interface Composition {
  readonly name: "compose";
  /** Plain data; {@link composeFromJSON} makes the same composition again. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly parts: readonly Part[];
  /** Those of part i are named `i.<name>`. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** What every part takes. */
  readonly positions: PositionRange;
}

/**
 * @param given encoders, or encoders with the layers in which they act; in each place they act in this order
 * @throws TypeError, RangeError for what is no encoder, for layers of an additive encoder (it acts once, before the
 *   first), and for encoders that take different kinds of positions
 */
export function compose(...given: readonly (Encoder | Part)[]): Composition {
  if (given.length === 0) throw new RangeError("compose: encoders must be at least one, got none");
  const parts = given.map((each, i) => checkPart(`compose: part ${i}`, each));
  return {
    name: "compose",
    options: {
      parts: parts.map(({ encoder: { name, options }, layers }) => ({
        name,
        options,
        ...(layers && { layers }),
      })),
    },
    parts,
    parameters: Object.fromEntries(
      parts.flatMap(({ encoder }, i) =>
        Object.entries(encoder.parameters).map(([name, parameter]) => [`${i}.${name}`, parameter]),
      ),
    ),
    positions: parts.map(({ encoder }) => encoder).reduce(commonRange, {}),
  };
}

/** The composition that `toJSON` described. @param registry where names are looked up, as in {@link fromJSON} */
export function composeFromJSON(json: unknown, registry?: Registry): Composition {
  const { name, options } = checkObject("composeFromJSON", "json", json);
  checkNames("composeFromJSON", json, ["name", "options"]);
  if (name !== "compose") throw new RangeError(`composeFromJSON: name must be "compose", got ${show(name)}`);
  checkNames("composeFromJSON: options", options, ["parts"]);
  const { parts } = options as { parts: unknown };
  if (!Array.isArray(parts))
    throw new TypeError(`composeFromJSON: parts must be an array, got ${show(parts)}`);
  return compose(
    ...parts.map((part, i) => {
      const { layers, ...encoder } = checkObject("composeFromJSON", `parts[${i}]`, part);
      return {
        encoder: fromJSON(encoder, registry),
        ...(layers !== undefined && { layers: layers as number[] }),
      };
    }),
  );
}

function checkPart(who: string, given: Encoder | Part): Part {
  const part = checkObject(who, "encoder", given);
  const { encoder, layers } = ("encoder" in part ? part : { encoder: part }) as unknown as Part;
  if ("encoder" in part) checkNames(who, part, ["encoder", "layers"]);
  const { kind } = checkObject(who, "encoder", encoder);
  if (layers === undefined) return { encoder };
  if (!Array.isArray(layers)) throw new TypeError(`${who}: layers must be an array, got ${show(layers)}`);
  for (const [i, layer] of layers.entries()) checkCount(who, `layers[${i}]`, layer, 0);
  if (kind === "additive") {
    throw new RangeError(
      `${who}: layers must be left out for ${encoder.name}, which acts before the first, got ${show(layers)}`,
    );
  }
  return { encoder, layers: [...layers] };
}

function commonRange(range: PositionRange, { name, positions = {} }: Encoder, i: number): PositionRange {
  const { axes, real = false, below = Number.POSITIVE_INFINITY } = positions;
  if (i > 0 && (axes !== range.axes || real !== (range.real ?? false))) {
    throw new RangeError(`compose: encoders must take the same kind of positions, got another with ${name}`);
  }
  const least = Math.min(below, range.below ?? Number.POSITIVE_INFINITY);
  return {
    ...(axes !== undefined && { axes }),
    ...(real && { real }),
    ...(least < Number.POSITIVE_INFINITY && { below: least }),
  };
}
