import { array, checks } from "@posenc/core";
import { type Decoder, type DecoderOptions, type OpenDecoderOptions, openDecoder } from "./decoder.ts";
import type { Runtime } from "./runtime.ts";
import { checkSampling, type SamplingOptions, sampler } from "./sampler.ts";

export interface GenerateOptions extends SamplingOptions {
  /** Token ids; one or more for each prompt. Lengths may differ: the shorter ones are padded on the left. */
  readonly prompts: readonly (readonly number[] | Int32Array)[];
  /** At most so many tokens for each prompt. */
  readonly maxNewTokens: number;
  /** A prompt's answer ends with this token, or with the first of these. None unless given. */
  readonly eos?: number | readonly number[];
}

export interface GenerateFromBytesOptions extends GenerateOptions, OpenDecoderOptions {
  /** `import * as ort from "onnxruntime-node"`, or "onnxruntime-web". */
  readonly runtime: Runtime;
}

const OWN = ["prompts", "maxNewTokens", "eos", "temperature", "topK", "seed"];

/**
 * What a causal model with a token head says after each prompt: the new tokens, with the one that ended it. Greedy
 * unless a temperature is given.
 *
 * @param source a decoder, whose cache is begun anew, or a file that `exportModel` wrote with `cache`
 * @throws TypeError, RangeError for bad options, before any work; also where prompt and answer together are longer than
 *   the encoder's positions, or the model's outputs are no tokens
 */
export async function generate(decoder: Decoder, options: GenerateOptions): Promise<number[][]>;
export async function generate(file: Uint8Array, options: GenerateFromBytesOptions): Promise<number[][]>;
export async function generate(
  source: Decoder | Uint8Array,
  options: GenerateOptions | GenerateFromBytesOptions,
): Promise<number[][]> {
  if (!(source instanceof Uint8Array)) {
    if (typeof source?.prefill !== "function") {
      throw new TypeError(
        `generate: source must be a decoder or the bytes of a file, got ${checks.show(source)}`,
      );
    }
    checks.checkNames("generate", options, OWN);
    return run(source, options);
  }
  checks.checkNames("generate", options, [...OWN, "runtime", "session", "registry"]);
  const { runtime, session, registry, ...own } = options as GenerateFromBytesOptions;
  const opening: DecoderOptions & OpenDecoderOptions = {
    ...(session && { session }),
    ...(registry && { registry }),
  };
  const decoder = await openDecoder(source, runtime, opening);
  try {
    return await run(decoder, own);
  } finally {
    await decoder.dispose();
  }
}

async function run(decoder: Decoder, options: GenerateOptions): Promise<number[][]> {
  const { prompts, maxNewTokens } = options;
  const ends = checkOptions(decoder, options);
  const batch = prompts.length;
  const answers: number[][] = prompts.map(() => []);
  const samplers = prompts.map((_, row) => sampler(options, row));
  const going = new Array<boolean>(batch).fill(true);

  const { tokens, mask } = padded(prompts);
  let logits = await decoder.prefill(tokens, mask && { mask });
  for (let count = 1; ; count++) {
    const [, length, outputs] = logits.shape as [number, number, number];
    for (let row = 0; row < batch; row++) {
      if (!going[row]) continue;
      const last = ((row + 1) * length - 1) * outputs;
      const token = samplers[row]!((logits.data as Float32Array).subarray(last, last + outputs));
      answers[row]!.push(token);
      going[row] = !ends.includes(token);
    }
    if (count === maxNewTokens || !going.includes(true)) return answers;
    const next = Int32Array.from(answers, (answer) => answer.at(-1)!);
    // an answer that has ended is padding from then on
    const input = going.includes(false) ? { mask: array(Int32Array.from(going, Number), [batch, 1]) } : {};
    logits = await decoder.step(array(next, [batch, 1]), input);
  }
}

function padded(prompts: GenerateOptions["prompts"]) {
  const length = Math.max(...prompts.map((prompt) => prompt.length));
  const shape = [prompts.length, length];
  const tokens = new Int32Array(prompts.length * length);
  const mask = new Int32Array(prompts.length * length);
  for (const [row, prompt] of prompts.entries()) {
    const first = (row + 1) * length - prompt.length;
    tokens.set(prompt, first);
    mask.fill(1, first, first + prompt.length);
  }
  return { tokens: array(tokens, shape), mask: mask.includes(0) ? array(mask, shape) : undefined };
}

/** @returns the tokens that end an answer */
function checkOptions({ model }: Decoder, options: GenerateOptions): readonly number[] {
  const { vocabulary, outputs, encoder } = model.options;
  const { prompts, maxNewTokens, eos = [] } = options;
  if (outputs > vocabulary) {
    throw new RangeError(
      `generate: the model's outputs must be tokens, at most ${vocabulary} as its vocabulary, got ${outputs}`,
    );
  }
  if (!Array.isArray(prompts) || prompts.length === 0) {
    throw new TypeError(`generate: prompts must be an array of one or more, got ${checks.show(prompts)}`);
  }
  for (const [i, prompt] of prompts.entries()) {
    if (!(Array.isArray(prompt) || prompt instanceof Int32Array) || prompt.length === 0) {
      throw new TypeError(
        `generate: prompts[${i}] must be an array of one or more tokens, got ${checks.show(prompt)}`,
      );
    }
    for (const [j, token] of prompt.entries())
      checks.checkCount("generate", `prompts[${i}][${j}]`, token, 0, vocabulary - 1);
  }
  const ends: readonly unknown[] = typeof eos === "number" ? [eos] : eos;
  if (!Array.isArray(ends))
    throw new TypeError(`generate: eos must be a token or an array of tokens, got ${checks.show(eos)}`);
  for (const token of ends) checks.checkCount("generate", "eos", token, 0, vocabulary - 1);
  checks.checkCount("generate", "maxNewTokens", maxNewTokens);
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const { below = Number.POSITIVE_INFINITY } = encoder.positions ?? {};
  // the last token is not fed
  if (longest + maxNewTokens - 1 > below) {
    throw new RangeError(
      `generate: prompt and maxNewTokens must be at most ${below + 1} together, as ${encoder.name} has positions below ${below}, got ${longest} + ${maxNewTokens}`,
    );
  }
  checkSampling(options, outputs);
  return ends as readonly number[];
}
