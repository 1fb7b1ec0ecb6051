import type { FoundEncoding, InspectedModel, InspectedValue } from "@posenc/onnx";
import { count, many } from "../format.ts";

/** An inspected model as text, a fact a line. */
export function renderInspection(model: InspectedModel): string {
  const { irVersion, producer, opsets, inputs, outputs, metadata, parameters, nodes, functions } = model;
  const { tensors, elements, bytes, external } = parameters;
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  const outside = external > 0 ? `, ${many(external, "tensor")} in another file` : "";
  const rows: [string, string[]][] = [
    ["made by", [producer || "not said"]],
    ["IR version", [`${irVersion}`]],
    ["opsets", [versions.join(", ")]],
    ["inputs", inputs.map(value)],
    ["outputs", outputs.map(value)],
    [
      "parameters",
      [`${many(tensors, "tensor")}, ${many(elements, "number")}, ${count(bytes)} bytes${outside}`],
    ],
    ["graph", [`${many(nodes, "node")}, ${many(functions, "function")}`]],
    ["metadata", Object.keys(metadata).map(plain)],
    ["positions", encodings(model.encodings)],
  ];
  return rows
    .filter(([, lines]) => lines.length > 0)
    .map(
      ([name, lines]) => `${lines.map((line, i) => `${(i === 0 ? name : "").padEnd(12)}${line}\n`).join("")}`,
    )
    .join("");
}

export function value({ name, type, shape }: InspectedValue): string {
  const axes =
    shape === null ? "axes not said" : `[${shape.map((length) => plain(`${length ?? "?"}`)).join(", ")}]`;
  return `${plain(name)} ${type} ${axes}`;
}

function encodings(found: readonly FoundEncoding[]): string[] {
  return found.length > 0 ? found.map(encoding) : ["none found"];
}

function encoding(found: FoundEncoding): string {
  switch (found.by) {
    case "metadata":
      return found.encoder === null
        ? "metadata: posenc.encoder, which is no JSON"
        : `metadata: ${plain(JSON.stringify(found.encoder))}`;
    case "function":
      return `function ${plain(found.name)}, called by ${found.nodes.map(plain).join(", ")}`;
    case "operator":
      return `operator RotaryEmbedding of ${found.domain}: ${turned(found)}, ${place(found)}`;
    case "pattern": {
      const why = found.why === undefined ? "" : `; it stays so: ${plain(found.why)}`;
      return `spelled out as ${found.form}: ${turned(found)}, ${place(found)}${why}`;
    }
    case "unclear":
      return `something like a rotation: ${plain(found.place)}: ${plain(found.why)}`;
  }
}

type Rotary = Extract<FoundEncoding, { by: "operator" | "pattern" }>;

const turned = ({ pairing, rotaryDim }: Rotary): string =>
  `${pairing}${rotaryDim === null ? "" : `, ${rotaryDim} dimensions turned`}`;
const place = ({ where, node }: Rotary): string => `${plain(where)}, node ${plain(node)}`;

/** Text out of a file, for a terminal: no control characters, and not without end. */
export function plain(text: string): string {
  const shown = text.replaceAll(/\p{C}/gu, "\uFFFD");
  return shown.length > 400 ? `${shown.slice(0, 400)} …` : shown;
}
