import { show } from "../checks.ts";

/** A model's config.json, or a part of it. */
export type Config = Readonly<Record<string, unknown>>;

export const WHO = "ropeFromConfig";

/** What `config` says under `key`; JSON's null is as good as nothing. */
export function given(config: Config, key: string): unknown {
  return Object.hasOwn(config, key) ? (config[key] ?? undefined) : undefined;
}

/** A value with the name under which it was found. */
export interface Named<V> {
  readonly name: string;
  readonly value: V;
}

/** The named values that are there. */
export function found(config: Config, keys: readonly string[], prefix = ""): Named<unknown>[] {
  return keys.flatMap((key) => {
    const value = given(config, key);
    return value === undefined ? [] : [{ name: `${prefix}${key}`, value }];
  });
}

/** The one value that all of them say. @throws RangeError naming two that differ */
export function agreed<V>(values: readonly Named<V>[]): Named<V> | undefined {
  const [first] = values;
  for (const { name, value } of values) {
    if (JSON.stringify(value) !== JSON.stringify(first!.value)) {
      throw new RangeError(
        `${WHO}: ${first!.name} and ${name} must be the same, got ${show(first!.value)} and ${show(value)}`,
      );
    }
  }
  return first;
}

/** The value of the first of `keys` that is there, checked under its own name. */
export function oneOf<V>(
  config: Config,
  keys: readonly string[],
  check: (who: string, what: string, value: unknown) => V,
): V | undefined {
  const value = agreed(found(config, keys));
  return value && check(WHO, value.name, value.value);
}
