import { checks, type NdArray, type Parameters, sizeOf } from "@posenc/core";
import type { Edge, Graph } from "./graph.ts";
import { type Attributes, stored, typeNumbers } from "./proto.ts";

/** Values of parameters by name, row by row. */
export type ParameterValues = Readonly<Record<string, Float32Array | NdArray>>;

/**
 * Puts the values of all parameters into the graph, under their names after `prefix`; stored as float16, they are
 * float32 again in what reads them.
 *
 * @throws TypeError, RangeError where a value is missing, unknown, not float32 or of another size
 */
export function parameterEdges(
  graph: Graph,
  who: string,
  parameters: Parameters,
  values: ParameterValues | undefined,
  { prefix = "", dtype = "float32" }: StorageOptions = {},
): Record<string, Edge> {
  const names = Object.keys(parameters);
  const given = values ?? {};
  checks.checkObject(who, "values", given);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new TypeError(
        `${who}: unknown parameter ${checks.show(name)} in values; it has ${names.join(", ") || "none"}`,
      );
    }
  }
  for (const name of names) checkValue(who, name, parameters[name]!.shape, given[name]);
  return Object.fromEntries(
    names.map((name) => {
      const data = stored(dataOf(given[name]!) as Float32Array, dtype);
      const edge = graph.parameter(prefix + name, data, parameters[name]!.shape);
      const type = "float32";
      const read = dtype === type ? edge : graph.node("Cast", [edge], { type, rank: edge.rank }, toFloat32);
      return [name, read];
    }),
  );
}

interface StorageOptions {
  readonly prefix?: string;
  readonly dtype?: "float32" | "float16";
}

const toFloat32: Attributes = { to: { int: typeNumbers.float32 } };

const dataOf = (value: Float32Array | NdArray) => (value instanceof Float32Array ? value : value.data);

function checkValue(
  who: string,
  name: string,
  shape: readonly number[],
  value: Float32Array | NdArray | undefined,
): void {
  const data = value && dataOf(value);
  if (!(data instanceof Float32Array)) {
    const got = data === undefined ? checks.show(value) : checks.show(data);
    throw new TypeError(`${who}: values.${name} must be a Float32Array or a float32 NdArray, got ${got}`);
  }
  const found = value instanceof Float32Array ? undefined : value!.shape;
  if (data.length !== sizeOf(shape) || (found && checks.show([...found]) !== checks.show([...shape]))) {
    const got = found ? `shape ${checks.show([...found])}` : `${data.length} values`;
    throw new RangeError(`${who}: values.${name} must have shape ${checks.show([...shape])}, got ${got}`);
  }
}
