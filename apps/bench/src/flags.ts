import { checks } from "@posenc/core";

/** What the command line gives: text by option name, or true for an option without a value. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** Reads flags as what they should be; each throws a RangeError that names the flag. */
export interface FlagReader {
  text(name: string): string;
  list(name: string): string[];
  count(name: string, least?: number): number;
  positive(name: string): number;
}

export function readFlags(who: string, flags: Flags): FlagReader {
  const flag = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const text = (name: string) => String(flags[name]);
  const number = (name: string) => {
    const value = text(name).trim() === "" ? Number.NaN : Number(text(name));
    if (Number.isNaN(value))
      throw new RangeError(`${who}: ${flag(name)} must be a number, got ${checks.show(text(name))}`);
    return value;
  };
  return {
    text,
    list: (name) =>
      text(name)
        .split(",")
        .map((entry) => entry.trim()),
    count: (name, least = 1) => checks.checkCount(who, flag(name), number(name), least),
    positive: (name) => checks.checkPositive(who, flag(name), number(name)),
  };
}

/** Heads of an even length, which rotary encoders need. */
export function checkSizes(
  who: string,
  { dim, heads }: { readonly dim: number; readonly heads: number },
): void {
  if (dim % (2 * heads) !== 0) {
    throw new RangeError(`${who}: --dim must be a multiple of twice --heads ${heads}, got ${dim}`);
  }
}
