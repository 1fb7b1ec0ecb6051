import { expectTypeOf, test } from "vitest";
import {
  type Applied,
  additive,
  alibi,
  bind,
  type Encoder,
  learned,
  type NdArray,
  none,
  type Ops,
  type Parameter,
  type RotaryEncoder,
  rope,
  rotary,
  sinusoidal,
  typedArrays,
  type Values,
} from "./index.ts";

interface Tensor {
  readonly tensor: true;
}
declare const ops: Ops<Tensor>;
declare const tensor: Tensor;
declare const any: Encoder;

test("bind returns what the kind of the encoder says", () => {
  expectTypeOf(bind(sinusoidal({ dim: 8 }), ops, {})).toEqualTypeOf<Applied<Tensor>["additive"]>();
  expectTypeOf(bind(none(), ops, {})).toEqualTypeOf<Applied<Tensor>["additive"]>();
  expectTypeOf(bind(rope({ dim: 8 }), ops, {})).toEqualTypeOf<Applied<Tensor>["rotary"]>();
  expectTypeOf(bind(alibi({ heads: 2 }), ops, {})).toEqualTypeOf<Applied<Tensor>["bias"]>();
  expectTypeOf(bind(rope({ dim: 8 }), ops, {})(tensor, tensor, tensor)).toEqualTypeOf<
    [q: Tensor, k: Tensor]
  >();
  expectTypeOf(bind(any, ops, {})).toEqualTypeOf<
    Applied<Tensor>["additive" | "rotary" | "bias" | "content"]
  >();
});

test("values are named as the parameters are, and are tensors of the same library", () => {
  const encoder = learned({ dim: 8, maxLength: 4 });
  expectTypeOf<Values<(typeof encoder)["parameters"], Tensor>>().toEqualTypeOf<{
    readonly table: Tensor;
  }>();
  bind(encoder, ops, { table: tensor });
  // @ts-expect-error the table is missing
  bind(encoder, ops, {});
  // @ts-expect-error a tensor of another library
  bind(encoder, typedArrays, { table: tensor });
  // @ts-expect-error there is no such parameter
  bind(encoder, ops, { table: tensor, rows: tensor });
});

test("an encoder of one's own infers its parameters", () => {
  const own = rotary({
    name: "own",
    options: {},
    dim: 8,
    parameters: { frequencies: { shape: [4], init: "ones" } },
    turns({ sincos }, positions, { frequencies }) {
      const tensor: typeof positions = frequencies;
      return sincos(positions, tensor);
    },
  });
  expectTypeOf(own).toExtend<RotaryEncoder>();
  expectTypeOf<keyof (typeof own)["parameters"]>().toEqualTypeOf<"frequencies">();
  expectTypeOf(bind(own, ops, { frequencies: tensor })).toEqualTypeOf<Applied<Tensor>["rotary"]>();
  // @ts-expect-error its parameter is called frequencies
  bind(own, ops, { frequency: tensor });

  additive({
    name: "wrong",
    options: {},
    parameters: { table: { shape: [4], init: "ones" } },
    // @ts-expect-error there is no such parameter
    vectors: ({ gather }, positions, { rows }) => gather(rows, positions),
  });
});

test("options are those of the encoder", () => {
  // @ts-expect-error dim is missing
  rope({});
  // @ts-expect-error there is no such pairing
  rope({ dim: 8, pairing: "half" });
  // @ts-expect-error there is no such option
  sinusoidal({ dim: 8, theta: 1 });
  expectTypeOf(learned({ dim: 8, maxLength: 4 }).parameters.table).toEqualTypeOf<Parameter>();
});

test("the typed arrays are Ops of NdArray", () => {
  expectTypeOf(typedArrays).toEqualTypeOf<Ops<NdArray>>();
});
