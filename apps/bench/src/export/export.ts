import {
  canTabulate,
  type Encoder,
  fillParameters,
  initialise,
  readSafetensors,
  type Safetensors,
  toJSON,
} from "@posenc/core";
import { exportEncoder, inspectModel, type ParameterValues } from "@posenc/onnx";
import { readFileOf } from "../files.ts";
import { count } from "../format.ts";
import { plain, value } from "../inspect/render-inspection.ts";
import type { Output } from "../output.ts";
import { type Found, findEncoders } from "./encoders.ts";
import type { ExportCommandOptions } from "./options.ts";
import { fileNames, writeFiles } from "./write-files.ts";

/**
 * `posenc export`: an encoder as an ONNX file, or a file for each encoder of a config.
 *
 * @throws TypeError, RangeError for an encoder or an option that is refused; Error where a file cannot be read or
 *   written. Nothing is written then.
 */
export function exportEncoders(options: ExportCommandOptions, output: Output): void {
  const { source, how, target, out, values } = options;
  const found = findEncoders(source);
  const paths = fileNames(
    found.map(({ place }) => place),
    out,
  );
  const valuesFor = valuesReader(found, values);
  const files = found.map((each, i) => {
    const { values, said } = valuesFor(each);
    const bytes = exportEncoder(each.encoder, { ...how, ...(values && { values }) });
    return { path: paths[i]!, bytes, said, ...each };
  });
  writeFiles(files);
  const texts = files.map(({ path, bytes, said, encoder, notes }) => {
    const { inputs, outputs } = inspectModel(bytes);
    const missing = target === "web-webgpu" && how.maxPosition === undefined && canTabulate(encoder);
    const all = [...notes, ...(missing ? ["WebGPU has no float64: it needs --max-position"] : [])];
    return [
      ["file", [`${plain(path)}, ${count(bytes.length)} bytes`]] as const,
      ["encoder", [plain(JSON.stringify(toJSON(encoder)))]] as const,
      ["written as", [plain(JSON.stringify(how))]] as const,
      ["values", said === undefined ? [] : [plain(said)]] as const,
      ["inputs", inputs.map(value)] as const,
      ["outputs", outputs.map(value)] as const,
      ["note", all.map(plain)] as const,
    ]
      .flatMap(([name, lines]) => lines.map((line, i) => `${(i === 0 ? name : "").padEnd(12)}${line}\n`))
      .join("");
  });
  output.write(texts.join("\n"));
}

interface Values {
  readonly values?: ParameterValues;
  /** Where they are from. */
  readonly said?: string;
}

/** @throws RangeError where a checkpoint is given and nothing is learned */
function valuesReader(
  found: readonly Found[],
  given: ExportCommandOptions["values"],
): (found: Found) => Values {
  const learned = ({ encoder }: Found) => Object.keys(encoder.parameters).length > 0;
  if ("seed" in given) {
    const { seed } = given;
    return (each) =>
      learned(each)
        ? { values: initialise(each.encoder.parameters, seed), said: `first values, by seed ${seed}` }
        : {};
  }
  const { weights, tensors } = given;
  if (!found.some(learned)) {
    const names = found.map(({ encoder }) => encoder.name).join(", ");
    throw new RangeError(`export: --weights must be left out for ${names}, where nothing is learned`);
  }
  const checkpoint = readSafetensors(readFileOf("export", "--weights", weights));
  return (each) => (learned(each) ? fromCheckpoint(each, checkpoint, weights, tensors) : {});
}

function fromCheckpoint(
  { encoder, tensor }: Found,
  { tensors }: Safetensors,
  path: string,
  named: string | Readonly<Record<string, string>> | undefined,
): Values {
  const names = named ?? tensor;
  if (names === undefined) {
    const needed = Object.keys(encoder.parameters).map((name) => `${name}=…`);
    throw new RangeError(
      `export: --tensor must say what is called how in --weights: ${needed.join(", ")} for ${encoder.name}`,
    );
  }
  const values = fillParameters(encoder as Encoder<Encoder["parameters"]>, tensors, names);
  return { values, said: `${JSON.stringify(names)} of ${path}` };
}
