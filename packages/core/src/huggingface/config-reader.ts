import { checkBoolean, checkCount, checkObject, checkOneOf, checkPositive, show } from "../checks.ts";

/** Keys that say something about positions: none of them may go unread. */
const POSITIONAL = /(^|_)(rope|rotary|alibi|nope|pos|position|positions|positional|relative)(_|$)/;

/** Of anything that is counted; more positions have no float32 numbers. */
const MOST = 2 ** 24;

/** Reads a model's config key by key, and knows in the end which keys were not read. */
export interface ConfigReader {
  /** Whether one of the keys is there; null counts as not. */
  has(...keys: readonly string[]): boolean;
  text(key: string): string;
  /** A whole number under any of these spellings; all that are there must agree. */
  count(keys: string | readonly string[], fallback?: number, least?: number): number;
  /** A whole number; undefined where it is left out or, as DeBERTa has it, below 1. */
  countOrNone(key: string): number | undefined;
  /** Words of these, in an array or in one text with | between them; none may be left out silently. */
  words<const V extends string>(key: string, allowed: readonly V[]): readonly V[];
  positive(key: string, fallback: number): number;
  flag(key: string, fallback: boolean): boolean;
  oneOf<const V extends string>(key: string, allowed: readonly V[], fallback: V): V;
  /** A whole number, or one for height and one for width. */
  pair(key: string, fallback?: number): readonly [height: number, width: number];
  /** @param fallback where it is left out */
  section(key: string, fallback?: object): ConfigReader;
  /** These keys may be there, and change nothing. */
  ignore(...keys: readonly string[]): void;
  fail(key: string, expected: string): never;
  /** @throws TypeError for a key on positions that nobody has read */
  finish(model: string): void;
}

/** @throws TypeError where `config` is no object; the methods throw naming the key */
export function configReader(who: string, config: unknown, path = ""): ConfigReader {
  const values = checkObject(who, path === "" ? "config" : path.slice(0, -1), config);
  const read = new Set<string>();
  const sections: ConfigReader[] = [];
  const get = (key: string): unknown => {
    read.add(key);
    return Object.hasOwn(values, key) ? (values[key] ?? undefined) : undefined;
  };
  const nameOf = (key: string) => `${path}${key}`;
  const has = (...keys: readonly string[]) => keys.filter((key) => get(key) !== undefined).length > 0;

  return {
    has,

    text(key) {
      const value = get(key);
      if (typeof value === "string") return value;
      throw new TypeError(`${who}: ${nameOf(key)} must be a string, got ${show(value)}`);
    },

    count(keys, fallback, least = 1) {
      const spellings = [keys].flat();
      const found = spellings.filter((key) => has(key));
      const [first, ...others] = found;
      if (first === undefined)
        return fallback ?? checkCount(who, spellings.map(nameOf).join(" or "), undefined);
      const value = checkCount(who, nameOf(first), get(first), least, MOST);
      for (const key of others) {
        if (get(key) !== value) {
          throw new RangeError(
            `${who}: ${nameOf(key)} must be ${nameOf(first)} ${value}, got ${show(get(key))}`,
          );
        }
      }
      return value;
    },

    countOrNone(key) {
      const value = get(key) ?? -1;
      if (typeof value === "number" && Number.isInteger(value) && value < 1) return undefined;
      return checkCount(who, nameOf(key), value, 1, MOST);
    },

    words(key, allowed) {
      const value = get(key);
      const words: unknown = typeof value === "string" ? value.split("|") : value;
      if (!Array.isArray(words)) {
        throw new TypeError(`${who}: ${nameOf(key)} must be words or an array of them, got ${show(value)}`);
      }
      return words.map((word) => checkOneOf(who, nameOf(key), word, allowed));
    },

    positive: (key, fallback) => checkPositive(who, nameOf(key), get(key) ?? fallback),

    flag: (key, fallback) => checkBoolean(who, nameOf(key), get(key) ?? fallback),

    oneOf: (key, allowed, fallback) => checkOneOf(who, nameOf(key), get(key) ?? fallback, allowed),

    pair(key, fallback) {
      const value = get(key) ?? fallback;
      const sizes: readonly unknown[] = Array.isArray(value) ? value : [value, value];
      if (sizes.length !== 2) {
        throw new TypeError(`${who}: ${nameOf(key)} must be a number or [height, width], got ${show(value)}`);
      }
      return [checkCount(who, nameOf(key), sizes[0]), checkCount(who, nameOf(key), sizes[1])];
    },

    section(key, fallback) {
      const section = configReader(who, get(key) ?? fallback, `${nameOf(key)}.`);
      sections.push(section);
      return section;
    },

    ignore(...keys) {
      for (const key of keys) read.add(key);
    },

    fail(key, expected) {
      throw new RangeError(`${who}: ${nameOf(key)} must be ${expected}, got ${show(get(key))}`);
    },

    finish(model) {
      for (const [key, value] of Object.entries(values)) {
        const says = value !== null && value !== false && POSITIONAL.test(key);
        if (says && !read.has(key)) {
          throw new TypeError(
            `${who}: ${nameOf(key)} must be left out where model_type is ${show(model)}, got ${show(value)}`,
          );
        }
      }
      for (const section of sections) section.finish(model);
    },
  };
}
