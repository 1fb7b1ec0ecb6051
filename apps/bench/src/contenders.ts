import { alibi, learned, none, rope, sinusoidal } from "@posenc/core";
import { aboutAlibi } from "./about/alibi.ts";
import { aboutLearned } from "./about/learned.ts";
import { aboutNone } from "./about/none.ts";
import { aboutRope } from "./about/rope.ts";
import { aboutSinusoidal } from "./about/sinusoidal.ts";
import type { Contender } from "./contender.ts";
import { moreContenders } from "./more-contenders.ts";

const common: readonly Contender[] = [
  {
    id: "none",
    about: "No positions: what attention can do without.",
    words: aboutNone,
    make: () => none(),
  },
  {
    id: "sinusoidal",
    about: "Sines and cosines of the position, added to the embeddings (Vaswani et al., 2017).",
    words: aboutSinusoidal,
    make: ({ dim }) => sinusoidal({ dim }),
  },
  {
    id: "sinusoidal (per-dimension)",
    about: "The formula of many tutorials: dimension i has exponent i/d, so its cosines are not the paper's.",
    words: aboutSinusoidal,
    variant: true,
    make: ({ dim }) => sinusoidal({ dim, exponent: "per-dimension" }),
  },
  {
    id: "sinusoidal (tensor2tensor)",
    about: "All sines, then all cosines, with divisor d/2 − 1 (tensor2tensor, fairseq, Whisper).",
    words: aboutSinusoidal,
    variant: true,
    make: ({ dim }) => sinusoidal({ dim, exponent: "tensor2tensor", layout: "concatenated" }),
  },
  {
    id: "learned",
    about: "A trained vector for each position, added to the embeddings (BERT, GPT-2).",
    words: aboutLearned,
    make: ({ dim, maxLength }) => learned({ dim, maxLength, initialDeviation: 1 }),
  },
  {
    id: "rope",
    about: "Queries and keys turned by angles that grow with the position (Su et al., 2021).",
    words: aboutRope,
    make: ({ dim, heads }) => rope({ dim: dim / heads }),
  },
  {
    id: "rope (interleaved)",
    about: "RoPE with neighbouring dimensions as pairs (GPT-J, RoFormer).",
    words: aboutRope,
    variant: true,
    make: ({ dim, heads }) => rope({ dim: dim / heads, pairing: "interleaved" }),
  },
  {
    id: "alibi (symmetric)",
    about: "A penalty on the distance, the same to the left and to the right (Press et al., 2022).",
    words: aboutAlibi,
    make: ({ heads }) => alibi({ heads, direction: "symmetric" }),
  },
  {
    id: "alibi (split)",
    about: "ALiBi where half of the heads look left only and half right only.",
    words: aboutAlibi,
    make: ({ heads }) => alibi({ heads, direction: "split" }),
  },
];

export const contenders: readonly Contender[] = [...common, ...moreContenders];

/** Those that a comparison takes unless told otherwise: not the variants of one and the same encoder. */
export const usual: readonly Contender[] = common.filter(({ variant }) => !variant);

const known = (): string => contenders.map(({ id }) => id).join(", ");

/** By name: `alibi` picks both of its kinds, `all` picks all. @throws RangeError for a name that picks none */
export function pickContenders(names: readonly string[]): Contender[] {
  const wanted = new Set(names.flatMap((name) => (name === "all" ? contenders : named(name))));
  return contenders.filter((contender) => wanted.has(contender));
}

function named(name: string): readonly Contender[] {
  const exact = contenders.filter(({ id }) => id === name);
  const kinds = contenders.filter(({ id }) => id.startsWith(`${name} (`));
  if (exact.length + kinds.length === 0)
    throw new RangeError(`the encoder must be from all, ${known()}, got "${name}"`);
  return exact.length > 0 ? exact : kinds;
}

/** One by name and variant. @throws RangeError where there is none such */
export function pickContender(name: string, variant?: string): Contender {
  const [encoder] = named(name);
  if (variant === undefined) return encoder!;
  const found = contenders.find(({ id }) => id === `${name} (${variant})`);
  if (found) return found;
  const variants = contenders.flatMap(({ id }) =>
    id.startsWith(`${name} (`) ? [id.slice(name.length + 2, -1)] : [],
  );
  const offer = variants.length > 0 ? `must be from ${variants.join(", ")}` : "must be left out";
  throw new RangeError(`--variant ${offer} for ${name}, got "${variant}"`);
}
