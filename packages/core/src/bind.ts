import {
  checkAdditive,
  checkBias,
  checkContent,
  checkKind,
  checkRotary,
  checkValues,
  perBatch,
} from "./bind-checks.ts";
import type {
  AdditiveEncoder,
  Attention,
  BiasEncoder,
  ContentEncoder,
  Encoder,
  Kind,
  RotaryEncoder,
} from "./encoder.ts";
import type { Ops } from "./ops.ts";
import { rearranged } from "./pairing.ts";
import type { Parameters, Values } from "./parameters.ts";
import { rotateBlocks } from "./rotate-blocks.ts";

/** What an encoder of each kind becomes once it has operations and parameters. */
export interface Applied<T> {
  /** x [..., length, dim], positions [length] or [batch, length] → x + vectors. */
  additive(x: T, positions: T): T;
  /**
   * q and k [..., length, dim], positions [length], or [batch, length] with q and k [batch, heads, length, dim]
   * → q and k turned. `keyPositions` where the keys stand elsewhere (a KV cache).
   */
  rotary(q: T, k: T, positions: T, keyPositions?: T): [q: T, k: T];
  /** positions of queries [q] and keys [k], or [batch, q] and [batch, k] → scores [heads, q, k] or [batch, heads, q, k]. */
  bias(queries: T, keys: T): T;
  /**
   * q and k [batch, heads, length, dim], their products [batch, heads, q, k], and positions as for a bias
   * → scores [batch, heads, q, k].
   */
  content(attention: Attention<T>, queries: T, keys: T): T;
}

type Binders = {
  [K in Kind]: <T>(
    encoder: Extract<Encoder, { kind: K }>,
    ops: Ops<T>,
    values: Values<Parameters, T>,
  ) => Applied<T>[K];
};

const binders: Binders = {
  additive: (encoder: AdditiveEncoder, ops, values) => (x, positions) => {
    checkAdditive(encoder, ops, x, positions);
    return ops.scope(titleOf(encoder), () => ops.add(x, encoder.vectors(ops, positions, values)));
  },

  rotary:
    (encoder: RotaryEncoder, ops, values) =>
    (q, k, positions, keyPositions = positions) => {
      checkRotary(encoder, ops, q, k, positions, keyPositions);
      type Tensor = typeof q;
      return ops.scope(titleOf(encoder), (): [q: Tensor, k: Tensor] => {
        const turner = (turns: RotaryEncoder["turns"], positions: Tensor) => {
          const { sin, cos } = turns(ops, positions, values);
          const spread =
            encoder.heads === undefined && perBatch(ops.describe(positions).shape, encoder.positions);
          const turn = spread ? { sin: ops.expandDims(sin, -3), cos: ops.expandDims(cos, -3) } : { sin, cos };
          const { blocks = 1, outputPairing = encoder.pairing } = encoder;
          return (x: Tensor) => {
            const turned =
              blocks === 1 ? ops.rotate(x, turn, encoder) : rotateBlocks(ops, x, turn, encoder, blocks);
            return rearranged(ops, turned, encoder, outputPairing);
          };
        };
        const { turns, keyTurns = turns } = encoder;
        const turnQueries = turner(turns, positions);
        const same = keyTurns === turns && keyPositions === positions;
        const turnKeys = same ? turnQueries : turner(keyTurns, keyPositions);
        return [turnQueries(q), turnKeys(k)];
      });
    },

  bias: (encoder: BiasEncoder, ops, values) => (queries, keys) => {
    checkBias(encoder, ops, queries, keys);
    return ops.scope(titleOf(encoder), () => encoder.scores(ops, queries, keys, values));
  },

  content: (encoder: ContentEncoder, ops, values) => (attention, queries, keys) => {
    checkContent(encoder, ops, attention, queries, keys);
    return ops.scope(titleOf(encoder), () => encoder.scores(ops, attention, queries, keys, values));
  },
};

const titleOf = ({ name, title = name }: Encoder): string => title;

/**
 * An encoder, ready to use: what it does with tensors `T`.
 *
 * @param values a tensor for each of `encoder.parameters` ({@link initialise} makes the first ones)
 * @throws TypeError, RangeError naming the argument, the value and what was expected, before any work
 */
export function bind<E extends Encoder, T>(
  encoder: E,
  ops: Ops<T>,
  values: Values<E["parameters"], T>,
): Applied<T>[E["kind"]] {
  checkKind("bind", encoder);
  checkValues(encoder.name, encoder.parameters, ops, values);
  const binder = binders[encoder.kind] as (
    encoder: Encoder,
    ops: Ops<T>,
    values: Values<Parameters, T>,
  ) => Applied<T>[Kind];
  return binder(encoder, ops, values) as Applied<T>[E["kind"]];
}
