import { checkBetween, checkCount, checkOneOf, show } from "../checks.ts";
import type { RotaryEncoder } from "../encoder.ts";
import { type Config, given, oneOf, WHO } from "./config-values.ts";
import type { RopeModel } from "./rope-models.ts";

/** Which layer types take which kind of layer where a config counts them out instead of listing them. */
const counted: Readonly<Record<string, (layer: number, every: number) => boolean>> = {
  sliding_window_pattern: (layer, every) => (layer + 1) % every === 0,
  global_attn_every_n_layers: (layer, every) => layer % every === 0,
};

/** The type of each layer, where the config or the model says it. */
function layerTypesOf(config: Config, model: RopeModel): readonly string[] | undefined {
  const types = given(config, "layer_types");
  if (types !== undefined) {
    if (Array.isArray(types) && types.every((type) => typeof type === "string")) return types;
    throw new TypeError(`${WHO}: layer_types must be an array of strings, got ${show(types)}`);
  }
  const layers = layerCount(config);
  if (layers === undefined || withoutWindow(config, model)) return undefined;
  const pattern = given(config, "sliding_window_pattern");
  if (typeof pattern === "string") return lettersOf(pattern, layers);
  const own = Object.keys(counted).filter((name) => given(config, name) !== undefined);
  const counts = own.length > 0 ? config : (model.counts ?? {});
  const [key] = own.length > 0 ? own : Object.keys(counts);
  if (key === undefined) return undefined;
  const every = checkCount(WHO, key, counts[key]);
  return Array.from({ length: layers }, (_, layer) =>
    counted[key]!(layer, every) ? "full_attention" : "sliding_attention",
  );
}

/** A pattern such as LLLG, over and over: L for a layer with a window, G for one without. */
function lettersOf(pattern: string, layers: number): string[] {
  if (!/^[LG]+$/.test(pattern)) {
    throw new RangeError(
      `${WHO}: sliding_window_pattern must be a number or letters L and G, got ${show(pattern)}`,
    );
  }
  return Array.from({ length: layers }, (_, layer) =>
    pattern[layer % pattern.length] === "G" ? "full_attention" : "sliding_attention",
  );
}

const withoutWindow = (config: Config, model: RopeModel): boolean =>
  model.ropeWithoutWindow === true &&
  Object.hasOwn(config, "sliding_window") &&
  given(config, "sliding_window") === undefined;

function layerCount(config: Config): number | undefined {
  return oneOf(config, ["num_hidden_layers", "n_layer", "num_layers"], (who, what, value) =>
    checkCount(who, what, value, 1, 2 ** 20),
  );
}

/** For each layer whether it has RoPE; Llama 4 and SmolLM3 write 1 for layers that have it. */
function turnedLayers(config: Config, model: RopeModel, layers: number | undefined) {
  const list = given(config, "no_rope_layers");
  const { noRopeLayerInterval } = model;
  const interval =
    oneOf(config, ["no_rope_layer_interval"], (who, what, value) => checkCount(who, what, value)) ??
    noRopeLayerInterval;
  if (list !== undefined) {
    if (!Array.isArray(list))
      throw new TypeError(`${WHO}: no_rope_layers must be an array, got ${show(list)}`);
    list.forEach((entry, i) => {
      checkBetween(WHO, `no_rope_layers[${i}]`, entry, 0, 1);
      checkCount(WHO, `no_rope_layers[${i}]`, entry, 0, 1);
    });
    if (list.length > 0) {
      if (layers !== undefined && list.length < layers) {
        throw new RangeError(
          `${WHO}: no_rope_layers must have an entry for each of ${layers} layers, got ${list.length}`,
        );
      }
      return list.slice(0, layers).map((entry) => entry === 1);
    }
  }
  if (interval === undefined || layers === undefined) return undefined;
  return Array.from({ length: layers }, (_, layer) => (layer + 1) % interval !== 0);
}

/** Layers that mix tokens without attention scores. */
const isAttention = (type: string): boolean => type.endsWith("attention") && type !== "linear_attention";

/** The encoder of each layer, null for one without RoPE; undefined where the config does not count its layers. */
export function layersOf(
  config: Config,
  model: RopeModel,
  byLayerType: Readonly<Record<string, RotaryEncoder>>,
  only: RotaryEncoder | undefined,
): readonly (RotaryEncoder | null)[] | undefined {
  const types = layerTypesOf(config, model);
  const withoutRope = withoutWindow(config, model) ? [] : (model.withoutRope ?? []);
  const layers = layerCount(config) ?? types?.length;
  if (types !== undefined && types.length !== layers) {
    throw new RangeError(
      `${WHO}: layer_types must have an entry for each of ${layers} layers, got ${types.length}`,
    );
  }
  const turned = turnedLayers(config, model, layers);
  const length = layers ?? turned?.length;
  if (length === undefined || (types === undefined && only === undefined)) return undefined;
  return Array.from({ length }, (_, layer) => {
    if (turned?.[layer] === false) return null;
    const type = types?.[layer];
    if (type === undefined) return only ?? null;
    if (!isAttention(type) || withoutRope.includes(type)) return null;
    if (only !== undefined) return only;
    checkOneOf(WHO, `layer_types[${layer}]`, type, Object.keys(byLayerType));
    return byLayerType[type]!;
  });
}
