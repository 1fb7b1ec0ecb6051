import type { Description } from "@posenc/core";

type Shape = Description["shape"];

/** Lengths that a graph does not know yet agree with anything. */
export function agrees(found: Shape, wanted: Shape): boolean {
  const fits = (length: number | undefined, i: number) =>
    length === undefined || wanted[i] === undefined || length === wanted[i];
  return found.length === wanted.length && found.every(fits);
}

export const shapeText = (shape: Shape): string => `[${shape.map((length) => length ?? "?").join(", ")}]`;
