import { typedArrays } from "@posenc/core";
import type { EmbeddingsStage } from "../data.ts";
import { excerpt, plain } from "../numbers.ts";
import type { Setup } from "../setup.ts";

/** One held-out sample as words, token ids and embeddings [length, dim]. */
export function embeddings({ options: { task }, initial, tokens, label }: Setup): EmbeddingsStage {
  const rows = typedArrays.gather(initial.embedding!, { data: tokens, shape: [tokens.length] });
  return {
    tokens: plain(tokens),
    words: plain(tokens).map((token) => task.words[token]!),
    answer: task.labels[label]!,
    embeddings: excerpt(rows),
  };
}
