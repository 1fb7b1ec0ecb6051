import { checks, encoders } from "@posenc/core";
import { type ExportEncoderOptions, targetPresets } from "@posenc/onnx";
import { type Flags, readFlags } from "../flags.ts";
import { readPairs } from "./pairs.ts";

/** What the command line gives; some flags come several times. */
export type ExportFlags = Readonly<Record<string, Flags[string] | readonly string[]>>;

/** Where the encoders come from. */
export type Source =
  | { readonly encoder: string; readonly options: Readonly<Record<string, unknown>> }
  | { readonly json: string }
  | { readonly config: string; readonly options: Readonly<Record<string, unknown>> };

export interface ExportCommandOptions {
  readonly source: Source;
  /** How the files are written. */
  readonly how: ExportEncoderOptions;
  readonly target: string | undefined;
  readonly out: string | undefined;
  /** Values of learned parameters: first ones, or from a checkpoint. */
  readonly values:
    | { readonly seed: number }
    | {
        readonly weights: string;
        /** The tensor of the one parameter, or of each. */
        readonly tensors: string | Readonly<Record<string, string>> | undefined;
      };
}

const WHO = "export";
const TEXTS = ["rotary", "dtype", "positions", "layout", "attention"] as const;
const COUNTS = ["opset", "maxPosition", "heads", "headDim", "keyHeads"] as const;

/** @throws RangeError, TypeError naming the flag, the value and what was expected */
export function exportOptions(flags: ExportFlags): ExportCommandOptions {
  const single = flags as Flags;
  const { text, count } = readFlags(WHO, single);
  const given = (name: string) => flags[name] !== undefined;
  const target = given("target")
    ? checks.checkOneOf(WHO, "--target", text("target"), Object.keys(targetPresets))
    : undefined;
  const names = readPairs("--name", listOf(flags, "name"));
  const axes = readPairs("--axis", listOf(flags, "axis"));
  const how = {
    ...(target !== undefined && targetPresets[target as keyof typeof targetPresets]),
    ...Object.fromEntries(COUNTS.filter(given).map((name) => [name, count(name)])),
    ...Object.fromEntries(TEXTS.filter(given).map((name) => [name, text(name)])),
    ...(flags.inline === true && { inline: true }),
    ...(Object.keys(names).length > 0 && { names: texts("--name", names) }),
    ...(Object.keys(axes).length > 0 && { axes: axes as Record<string, string> }),
  };
  return {
    source: sourceOf(flags, text),
    how,
    target,
    out: given("out") ? text("out") : undefined,
    values: valuesOf(flags, readFlags(WHO, single)),
  };
}

const listOf = (flags: ExportFlags, name: string) => flags[name] as readonly string[] | undefined;

function sourceOf(flags: ExportFlags, text: (name: string) => string): Source {
  const all = ["encoder", "json", "config"] as const;
  const found = all.filter((name) => flags[name] !== undefined);
  const [source] = found;
  if (source === undefined || found.length > 1) {
    const got = found.map((name) => `--${name}`).join(" and ");
    throw new RangeError(`export: one of --encoder, --json, --config must be given, got ${got || "none"}`);
  }
  const options = readPairs("--option", listOf(flags, "option"));
  if (source === "encoder") {
    const name = checks.checkOneOf(WHO, "--encoder", text("encoder"), Object.keys(encoders));
    return { encoder: name, options };
  }
  if (source === "config") return { config: text("config"), options };
  if (Object.keys(options).length > 0)
    throw new RangeError("export: --option must be left out with --json, which has the encoder's options");
  return { json: text("json") };
}

function valuesOf(
  flags: ExportFlags,
  { text, count }: ReturnType<typeof readFlags>,
): ExportCommandOptions["values"] {
  const tensors = listOf(flags, "tensor");
  if (flags.weights === undefined) {
    if (tensors !== undefined) throw new RangeError("export: --tensor must be left out without --weights");
    return { seed: flags.seed === undefined ? 1 : count("seed", 0) };
  }
  if (flags.seed !== undefined) throw new RangeError("export: --seed must be left out with --weights");
  const [first, ...others] = tensors ?? [];
  const one = first !== undefined && others.length === 0 && !first.includes("=");
  const named = one ? first : tensors && texts("--tensor", readPairs("--tensor", tensors));
  return { weights: text("weights"), tensors: named };
}

function texts(flag: string, pairs: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairs).map(([name, value]) => {
      if (typeof value === "string" && value !== "") return [name, value];
      throw new RangeError(`export: ${flag} ${name} must be a text, got ${checks.show(value)}`);
    }),
  );
}
