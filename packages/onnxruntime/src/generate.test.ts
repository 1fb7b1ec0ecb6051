import { alibi, array, compose, initialise, learned, range, rope, t5, typedArrays } from "@posenc/core";
import { type Transformer, transformer } from "@posenc/model";
import { exportModel } from "@posenc/onnx";
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { createDecoder } from "./decoder.ts";
import { type GenerateOptions, generate } from "./generate.ts";

web.env.wasm.numThreads = 1;

const sizes = {
  vocabulary: 12,
  outputs: 12,
  dim: 16,
  heads: 2,
  blocks: 2,
  causal: true,
  head: "token",
} as const;
const prompts = [[3, 1, 4, 1, 5], [9], [2, 6, 5]];

/** The likeliest next token again and again, by full passes on typed arrays. */
function greedy(
  model: Transformer,
  values: Record<string, Float32Array>,
  prompt: readonly number[],
  count: number,
) {
  const tensors = Object.fromEntries(
    Object.entries(model.parameters).map(([name, { shape }]) => [name, array(values[name]!, shape)]),
  );
  const tokens = [...prompt];
  for (let i = 0; i < count; i++) {
    const all = array(Int32Array.from(tokens), [1, tokens.length]);
    const { data } = model.forward(typedArrays, tensors, all, range(tokens.length));
    const last = [...data.subarray(data.length - 12)];
    tokens.push(last.indexOf(Math.max(...last)));
  }
  return tokens.slice(prompt.length);
}

const models = [
  rope({ dim: 8 }),
  t5({ heads: 2, initialDeviation: 1 }),
  compose(rope({ dim: 8 }), alibi({ heads: 2 })),
];

describe.each([
  ["node", node],
  ["web, wasm", web],
] as const)("on ONNX Runtime %s", (_, runtime) => {
  test.each(models)(
    "greedy: the tokens of full passes, alone and in a batch, with $name",
    async (encoder) => {
      const model = transformer({ ...sizes, encoder });
      const values = initialise(model.parameters, 7);
      const wanted = prompts.map((prompt) => greedy(model, values, prompt, 8));
      const decoder = await createDecoder(model, values, runtime);
      expect(await generate(decoder, { prompts, maxNewTokens: 8 })).toEqual(wanted);
      for (const [i, prompt] of prompts.entries())
        expect(await generate(decoder, { prompts: [Int32Array.from(prompt)], maxNewTokens: 8 })).toEqual([
          wanted[i],
        ]);
      await decoder.dispose();
      const bytes = exportModel(model, values, { cache: true });
      expect(await generate(bytes, { runtime, prompts, maxNewTokens: 8 })).toEqual(wanted);
    },
  );
});

describe("an answer", () => {
  const model = transformer({ ...sizes, encoder: learned({ dim: 16, maxLength: 12, initialDeviation: 1 }) });
  const values = initialise(model.parameters, 3);
  const bytes = exportModel(model, values, { cache: true });
  const runtime = node;
  const ask = (options: Partial<GenerateOptions>) =>
    generate(bytes, { runtime, prompts, maxNewTokens: 8, ...options });

  test("ends with the end token, and the others go on", async () => {
    const whole = await ask({});
    const ends = [whole[0]![2]!, whole[2]![4]!];
    const until = (answer: readonly number[], ends: readonly number[]) => {
      const end = answer.findIndex((token) => ends.includes(token));
      return end < 0 ? answer : answer.slice(0, end + 1);
    };
    expect(await ask({ eos: ends[0]! })).toEqual(whole.map((answer) => until(answer, [ends[0]!])));
    expect(await ask({ eos: ends })).toEqual(whole.map((answer) => until(answer, ends)));
  });

  test("reaches the end of a table and not beyond", async () => {
    expect((await ask({ prompts: [[1, 2, 3, 4, 5]], maxNewTokens: 8 }))[0]).toHaveLength(8);
    await expect(ask({ prompts: [[1], [1, 2, 3, 4, 5]], maxNewTokens: 9 })).rejects.toThrow(
      new RangeError(
        "generate: prompt and maxNewTokens must be at most 13 together, as learned has positions below 12, got 5 + 9",
      ),
    );
  });

  test("sampled: the same for the same seed, and not for another", async () => {
    const sampled = (seed: number, topK?: number) =>
      ask({ temperature: 2, seed, ...(topK !== undefined && { topK }) });
    expect(await sampled(1)).toEqual(await sampled(1));
    expect(await sampled(1)).not.toEqual(await sampled(2));
    expect(await sampled(1, 1)).toEqual(await ask({}));
    const [alone] = await ask({ temperature: 2, seed: 1, prompts: prompts.slice(0, 1) });
    expect(alone).toEqual((await sampled(1))[0]);
  });
});

describe("bad options", () => {
  const model = transformer({ ...sizes, encoder: rope({ dim: 8 }) });
  const bytes = exportModel(model, initialise(model.parameters, 3), { cache: true });

  test.each<[object, Error]>([
    [{ prompts: [] }, new TypeError("generate: prompts must be an array of one or more, got []")],
    [{ prompts: [[]] }, new TypeError("generate: prompts[0] must be an array of one or more tokens, got []")],
    [{ prompts: [[1], [12]] }, new RangeError("generate: prompts[1][0] must be at most 11, got 12")],
    [{ maxNewTokens: 0 }, new RangeError("generate: maxNewTokens must be at least 1, got 0")],
    [{ eos: 12 }, new RangeError("generate: eos must be at most 11, got 12")],
    [{ eos: "end" }, new TypeError('generate: eos must be a token or an array of tokens, got "end"')],
    [{ temperature: -1 }, new RangeError("generate: temperature must be from 0 to 1000000, got -1")],
    [{ temperature: 1, topK: 13 }, new RangeError("generate: topK must be at most 12, got 13")],
    [{ seed: 1 }, new RangeError("generate: temperature must be above 0 where seed is given, got undefined")],
    [
      { topP: 0.9 },
      new TypeError(
        'generate: unknown option "topP"; known are prompts, maxNewTokens, eos, temperature, topK, seed, runtime, session, registry',
      ),
    ],
  ])("%#", async (options, error) => {
    const given = { runtime: node, prompts: [[1]], maxNewTokens: 1, ...options } as never;
    await expect(generate(bytes, given)).rejects.toThrow(error);
  });

  test("a file without a model, without a cache, a missing runtime", async () => {
    const options = { runtime: node, prompts: [[1]], maxNewTokens: 1 };
    await expect(generate(Uint8Array.of(8, 8), options)).rejects.toThrow(/^readTransformer: /);
    const plain = exportModel(model, initialise(model.parameters, 3));
    await expect(generate(plain, options)).rejects.toThrow(
      new RangeError("openDecoder: the file must be exported with cache: true, and has no past"),
    );
    await expect(generate(bytes, { ...options, runtime: undefined as never })).rejects.toThrow(
      /^openDecoder: runtime must be ONNX Runtime/,
    );
    await expect(generate(undefined as never, options)).rejects.toThrow(
      new TypeError("generate: source must be a decoder or the bytes of a file, got undefined"),
    );
  });

  test("outputs that are no tokens", async () => {
    const wide = transformer({ ...sizes, outputs: 13, encoder: rope({ dim: 8 }) });
    const decoder = await createDecoder(wide, initialise(wide.parameters, 3), node);
    await expect(generate(decoder, { prompts: [[1]], maxNewTokens: 1 })).rejects.toThrow(
      new RangeError("generate: the model's outputs must be tokens, at most 12 as its vocabulary, got 13"),
    );
    await decoder.dispose();
  });
});
