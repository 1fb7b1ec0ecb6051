import { type Encoder, type SinusoidalOptions, sinusoidal } from "@posenc/core";
import { fixed } from "../format.ts";
import type { About, Compared, Options, Wording } from "./about.ts";
import { shifted } from "./shifted.ts";

export const aboutSinusoidal: About = {
  title: "Sinusoidal encoding (Vaswani et al., 2017)",
  explanation:
    "Each position gets a row of sines and cosines, like the hands of many clocks: the first entries turn fast, the last ones hardly move. Nothing is trained.",
  formula,
  notes: ({ exponent }) => [String(remarks[String(exponent)] ?? remarks.paper)],
  worked,
  compare,
};

const remarks: Readonly<Record<string, string>> = {
  paper: "A sine and its cosine share one wave. Their squares add up to 1, at every position.",
  "per-dimension":
    "This is the formula of many tutorials, and not the paper's: a cosine has a wave of its own, slower than that of its sine. So their squares do not add up to 1.",
  tensor2tensor: "The divisor is d/2 - 1, so that the slowest wave has exactly the length 2π · base.",
};

function formula({ dim, base, layout, first, exponent, scale, offset }: Options): string[] {
  const half = Math.ceil(Number(dim) / 2);
  const [even, odd] = layout === "concatenated" ? ["i", `${half} + i`] : ["2i", "2i + 1"];
  const [one, other] = first === "cos" ? ["cos", "sin"] : ["sin", "cos"];
  const exponents: Readonly<Record<string, readonly [string, string]>> = {
    paper: ["2i/d", "2i/d"],
    "per-dimension": ["2i/d", "(2i + 1)/d"],
    tensor2tensor: ["i/(d/2 - 1)", "i/(d/2 - 1)"],
  };
  const [here, there] = exponents[String(exponent)] ?? exponents.paper!;
  const p = offset ? `(p + ${offset})` : "p";
  const factor = scale === 1 ? "" : `${scale} · `;
  const entry = (index: string) => `PE(p, ${index})`.padEnd(16);
  const lines = [
    `${entry(even)}= ${factor}${one}(${p} / ${base}^(${here}))`,
    `${entry(odd)}= ${factor}${other}(${p} / ${base}^(${there}))`,
    `d = ${dim}, i = 0 … ${half - 1}`,
  ];
  if (exponent === "per-dimension" && layout !== "concatenated") {
    const spelt = [0, 1, 2].map((i) => `${i % 2 ? other : one}(${p}/${base}^(${i}/d))`);
    lines.push(`that is, ${spelt.join(", ")}, …`);
  }
  return lines;
}

function worked(options: Options, position: number, index: number): Wording {
  const { dim, base, layout, first, exponent, scale, offset } = options;
  const half = Math.ceil(Number(dim) / 2);
  const [pair, member] =
    layout === "concatenated" ? [index % half, Math.floor(index / half)] : [Math.floor(index / 2), index % 2];
  const wave = (member === 0) === (first === "cos") ? "cos" : "sin";
  const powers: Readonly<Record<string, readonly [number, number]>> = {
    paper: [2 * pair, Number(dim)],
    "per-dimension": [2 * pair + member, Number(dim)],
    tensor2tensor: [pair, Math.max(Math.floor(Number(dim) / 2) - 1, 1)],
  };
  const [numerator, denominator] = powers[String(exponent)] ?? powers.paper!;
  const angle = (position + Number(offset)) / Number(base) ** (numerator / denominator);
  const factor = scale === 1 ? "" : `${scale} · `;
  return {
    term: `PE(${position}, ${index})`,
    expression: `${factor}${wave}(${shifted(position, offset)} / ${base}^(${numerator}/${denominator}))`,
    simpler: `${factor}${wave}(${fixed(angle)})`,
  };
}

/** The paper's exponents and those of many tutorials, and those of the encoder if it has others. */
function compare(encoder: Encoder): Compared[] {
  const options = encoder.options as unknown as SinusoidalOptions;
  const { exponent: own = "paper" } = options;
  const usual = ["paper", "per-dimension"] as const;
  const exponents = own === "tensor2tensor" ? [own, ...usual] : usual;
  return exponents.map((exponent) => ({
    name: exponent,
    encoder: exponent === own ? encoder : sinusoidal({ ...options, exponent }),
  }));
}
