import { checks } from "@posenc/core";
import type { CacheMask } from "./cache-tensors.ts";

/** The inputs and outputs of an exported model, by our names. @param cache its mask, where it has a cache */
export function modelTensors(blocks: number, cache: CacheMask | false): readonly string[] {
  const plain = ["tokens", "positions", "logits"];
  if (!cache) return plain;
  const kept = (when: string) => [
    ...(cache === "pairs" ? [`${when}.positions`] : []),
    ...Array.from({ length: blocks }, (_, i) => [`${when}.${i}.key`, `${when}.${i}.value`]).flat(),
  ];
  return [...plain, "mask", ...kept("past"), ...kept("present")];
}

/** @throws TypeError, RangeError where a name is given to what is none of `tensors`, is no text, or is given twice */
export function checkTensorNames(who: string, names: unknown, tensors: readonly string[]): void {
  const given = Object.entries(checks.checkObject(who, "names", names));
  for (const [tensor, name] of given) {
    if (!tensors.includes(tensor)) {
      throw new TypeError(
        `${who}: names must be for ${tensors.join(", ")}, got one for ${checks.show(tensor)}`,
      );
    }
    if (typeof name !== "string" || name === "") {
      throw new TypeError(`${who}: names[${checks.show(tensor)}] must be a text, got ${checks.show(name)}`);
    }
  }
  const all = tensors.map((tensor) => (names as Record<string, string>)[tensor] ?? tensor);
  const twice = all.find((name, i) => all.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new RangeError(`${who}: names must be different, got ${checks.show(twice)} twice`);
  }
}
