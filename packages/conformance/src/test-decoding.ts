import { array, initialise, type NdArray, random, range, typedArrays } from "@posenc/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  DecodingBackend,
  DecodingInput,
  DecodingModel,
  DecodingModelOptions,
  OpenModel,
} from "./decoding.ts";
import { countingEncoders, decodingEncoders, decodingSizes } from "./decoding-encoders.ts";
import { fromRows } from "./device-decoding.ts";

type Tokens = readonly number[];

/**
 * Registers tests of decoding with a cache on `backend`: however a sequence is cut into steps, padded on the left or
 * packed with others, its logits are those of the sequence alone in one pass without a cache, on typed arrays.
 */
export function testDecoding<M extends DecodingModel>(
  transformer: (options: DecodingModelOptions) => M,
  backend: DecodingBackend<M>,
): void {
  const sets = [
    ...decodingEncoders.map((encoder) => ({ encoder, counts: false })),
    ...countingEncoders.map((encoder) => ({ encoder, counts: true })),
  ];
  const { below } = random(8, "decoding");
  const sequence = (length: number): Tokens => Array.from({ length }, () => below(decodingSizes.vocabulary));

  describe.each(
    sets.map((set) => [`${set.encoder.name} ${JSON.stringify(set.encoder.options)}`, set] as const),
  )(`decoding on ${backend.name} with %s`, (_, { encoder, counts }) => {
    const model = transformer({ ...decodingSizes, causal: true, head: "token", encoder });
    const values = initialise(model.parameters, 3);
    const tensors = Object.fromEntries(
      Object.entries(model.parameters).map(([name, { shape }]) => [name, array(values[name]!, shape)]),
    );
    const wholePass = (tokens: Tokens): NdArray =>
      model.forward(typedArrays, tensors, fromRows([tokens]), range(tokens.length));

    let open: OpenModel;
    beforeAll(async () => {
      open = await backend.open(model, values);
    });
    afterAll(() => open.dispose());

    const feed = (from: number, tokens: NdArray, input?: DecodingInput): Promise<NdArray> =>
      from === 0 ? open.prefill(tokens, input) : open.step(tokens, input);

    /** Two sequences in steps that end before each of `cuts`. */
    async function inSteps(...cuts: number[]): Promise<void> {
      const rows = [sequence(7), sequence(7)];
      const wanted = rows.map(wholePass);
      for (const [i, to] of cuts.entries()) {
        const from = cuts[i - 1] ?? 0;
        const logits = await feed(from, fromRows(rows.map((row) => row.slice(from, to))));
        for (const row of rows.keys())
          for (let at = from; at < to; at++) expectSame(logits, [row, at - from], wanted[row]!, at);
      }
    }

    test("token by token", () => inSteps(1, 2, 3, 4, 5, 6, 7));
    test("a prompt, then token by token", () => inSteps(4, 5, 6, 7));
    test("a prompt in two parts, several tokens at once", () => inSteps(3, 5, 7));

    test("prompts of other lengths, padded on the left", async () => {
      const rows = [sequence(8), sequence(6), sequence(4)];
      const prompts = [5, 3, 1];
      const wanted = rows.map(wholePass);
      const pads = prompts.map((length) => 5 - length);
      const prompt = rows.map((row, i) => [
        ...new Array<number>(pads[i]!).fill(0),
        ...row.slice(0, prompts[i]),
      ]);
      const mask = pads.map((pad) => Array.from({ length: 5 }, (_, i) => Number(i >= pad)));
      const logits = await feed(0, fromRows(prompt), { mask: fromRows(mask) });
      expect(logits.data.every(Number.isFinite)).toBe(true);
      for (const [row, pad] of pads.entries())
        for (let at = pad; at < 5; at++) expectSame(logits, [row, at], wanted[row]!, at - pad);
      for (let i = 0; i < 3; i++) {
        const logits = await feed(5 + i, fromRows(rows.map((row, r) => [row[prompts[r]! + i]!])));
        for (const row of rows.keys()) expectSame(logits, [row, 0], wanted[row]!, prompts[row]! + i);
      }
    });

    test("documents packed in a row, the last of which goes on", async () => {
      const packs = [
        [sequence(3), sequence(2), sequence(4)],
        [sequence(1), sequence(5), sequence(3)],
      ];
      const all = packs.map((documents) =>
        documents.flatMap((tokens, id) => {
          const wanted = wholePass(tokens);
          return tokens.map((token, at) => ({ token, id: id + 4, at, wanted }));
        }),
      );
      const cuts = [0, 7, 8, 9];
      for (const [i, from] of cuts.slice(0, -1).entries()) {
        const part = all.map((row) => row.slice(from, cuts[i + 1]));
        const input: DecodingInput = {
          segments: fromRows(part.map((row) => row.map(({ id }) => id))),
          ...(counts && { positions: fromRows(part.map((row) => row.map((_, at) => from + at))) }),
        };
        const logits = await feed(from, fromRows(part.map((row) => row.map(({ token }) => token))), input);
        for (const [r, row] of part.entries())
          for (const [column, { wanted, at }] of row.entries()) expectSame(logits, [r, column], wanted, at);
      }
    });
  });
}

/** The logits at [row, i] of a batch are those at `at` of a single sequence, within 1e-5. */
function expectSame(got: NdArray, [row, i]: readonly [number, number], wanted: NdArray, at: number): void {
  const [, length, outputs] = got.shape as [number, number, number];
  for (let output = 0; output < outputs; output++) {
    const [found, want] = [
      got.data[(row * length + i) * outputs + output]!,
      wanted.data[at * outputs + output]!,
    ];
    if (Math.abs(found - want) <= 1e-5 * Math.max(1, Math.abs(want))) continue;
    expect.fail(`logit ${output} of row ${row}, token ${at} is ${found}, expected ${want}`);
  }
}
