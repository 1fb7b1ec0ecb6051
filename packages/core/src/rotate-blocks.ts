import type { Ops, RotaryLayout, SinCos } from "./ops.ts";

/**
 * `rotate` where a head [..., length, dim] is `blocks` heads beside each other, each with pairs of its own: the
 * first pairs of the turn belong to the first block.
 */
export function rotateBlocks<T>(
  ops: Ops<T>,
  x: T,
  turn: SinCos<T>,
  { pairing, dim, rotaryDim }: RotaryLayout,
  blocks: number,
): T {
  const { flatten, rotate, unflatten } = ops;
  const [width, rotated] = [dim / blocks, rotaryDim / blocks];
  const apart = (table: T) => unflatten(table, [blocks, rotated / 2]);
  const turned = rotate(
    unflatten(x, [blocks, width]),
    { sin: apart(turn.sin), cos: apart(turn.cos) },
    { pairing, dim: width, rotaryDim: rotated },
  );
  return flatten(turned, dim);
}
