import { type Applied, bind } from "./bind.ts";
import type { Composition, Part } from "./compose.ts";
import type { Attention, Encoder } from "./encoder.ts";
import type { Ops } from "./ops.ts";
import type { Parameters, Values } from "./parameters.ts";

/** All the places where positions can enter a layer of a transformer. */
export interface Slots<T> {
  /** x [batch, length, dim] → x, with the encoding added if the encoder is additive. */
  embed(x: T, positions: T): T;
  /** q and k [batch, heads, length, dim] → q and k, turned if the encoder is rotary. */
  turn(q: T, k: T, positions: T): [q: T, k: T];
  /** → scores [batch, heads, q, k]: the products, and what the encoder adds if it is a bias or sees the content. */
  score(attention: Attention<T>, queries: T, keys: T): T;
}

/**
 * {@link bind} for a model that takes any encoder, or several: the places where it does not act pass their input on.
 *
 * @param layer in which it acts, from 0; for compositions
 * @throws TypeError, RangeError as {@link bind} does
 */
export function slots<T>(
  encoder: Encoder | Composition,
  ops: Ops<T>,
  values: Values<Parameters, T>,
  layer = 0,
): Slots<T> {
  const all = partsOf(encoder).map((part, i) => ({ ...part, values: own(encoder, values, i) }));
  const here = all
    .filter(({ layers }) => layers?.includes(layer) ?? true)
    .map((part) => slotsOfOne(part.encoder, ops, part.values));
  return {
    embed: (x, positions) => here.reduce((x, part) => part.embed(x, positions), x),
    turn: (q, k, positions) => here.reduce<[T, T]>(([q, k], part) => part.turn(q, k, positions), [q, k]),
    score: (attention, queries, keys) =>
      here.reduce(
        (products, part) => part.score({ ...attention, products }, queries, keys),
        attention.products,
      ),
  };
}

/** The encoders of a composition, or the one that there is. */
export function partsOf(encoder: Encoder | Composition): readonly Part[] {
  return "parts" in encoder ? encoder.parts : [{ encoder }];
}

function own<T>(
  encoder: Encoder | Composition,
  values: Values<Parameters, T>,
  i: number,
): Values<Parameters, T> {
  if (!("parts" in encoder)) return values;
  const prefix = `${i}.`;
  const entries = Object.entries(values).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

function slotsOfOne<T>(encoder: Encoder, ops: Ops<T>, values: Values<Parameters, T>): Slots<T> {
  const applied: Partial<Applied<T>> = { [encoder.kind]: bind(encoder, ops, values) };
  return {
    embed: (x, positions) => applied.additive?.(x, positions) ?? x,
    turn: (q, k, positions) => applied.rotary?.(q, k, positions) ?? [q, k],
    score(attention, queries, keys) {
      const added = applied.bias?.(queries, keys) ?? applied.content?.(attention, queries, keys);
      return added === undefined ? attention.products : ops.add(attention.products, added);
    },
  };
}
