import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A tensor of a reference file, row by row. */
export interface ReferenceTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** One run of an independent implementation. */
export interface ReferenceCase {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, ReferenceTensor>>;
  /** As the implementation returned them, in float32. */
  readonly outputs: Readonly<Record<string, ReferenceTensor>>;
  /** The same code on the same inputs in float64. */
  readonly outputs64: Readonly<Record<string, ReferenceTensor>>;
  /** By how much the two differ: how far off the implementation itself is in float32. */
  readonly peerError32vs64: Readonly<Record<string, { readonly maxAbs: number }>>;
  /** Outputs that are no tensors. */
  readonly plain: Readonly<Record<string, unknown>>;
}

interface StoredCase {
  readonly id: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly inputs?: object;
  readonly outputs: object;
  readonly outputs64?: object;
  readonly peerError32vs64?: ReferenceCase["peerError32vs64"];
}

interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data?: readonly number[];
  readonly bin?: string;
  readonly offset?: number;
  readonly length?: number;
}

/** The folder of the files in this package. */
export const referenceFolder: string = fileURLToPath(new URL("../reference/", import.meta.url));

/**
 * The cases of `name`.json in the folder `from`, with their tensors.
 *
 * @throws RangeError where the data of a tensor does not fill its shape
 */
export function reference(name: string, from: string = referenceFolder): ReferenceCase[] {
  const { cases } = JSON.parse(readFileSync(join(from, `${name}.json`), "utf8")) as { cases: StoredCase[] };
  return cases.map((stored) => {
    const { id, params = {}, inputs, outputs, outputs64, peerError32vs64 = {} } = stored;
    const load = (record: object | undefined) => tensors(from, `${name}.json: ${id}`, record);
    return {
      id,
      params,
      inputs: load(inputs),
      outputs: load(outputs),
      outputs64: load(outputs64),
      peerError32vs64,
      plain: Object.fromEntries(Object.entries(outputs).filter(([, value]) => !isTensor(value))),
    };
  });
}

/** The case of that id. @throws RangeError where there is none */
export function referenceCase(name: string, id: string, from: string = referenceFolder): ReferenceCase {
  const found = reference(name, from).find((entry) => entry.id === id);
  if (found === undefined) throw new RangeError(`reference: ${name}.json has no case ${id}`);
  return found;
}

function isTensor(value: unknown): value is StoredTensor {
  return typeof value === "object" && value !== null && "shape" in value && "dtype" in value;
}

function tensors(from: string, where: string, record: object = {}): Record<string, ReferenceTensor> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => isTensor(value))
      .map(([name, stored]) => [name, tensor(from, `${where}: ${name}`, stored)]),
  );
}

function tensor(from: string, where: string, stored: StoredTensor): ReferenceTensor {
  const { dtype, shape } = stored;
  const data = stored.data ?? binary(from, where, stored);
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) {
    throw new RangeError(`${where} must have ${size} values for shape [${shape}], got ${data.length}`);
  }
  return { dtype, shape, data };
}

/** `length` little-endian elements from element `offset` on. */
function binary(from: string, where: string, { bin, offset = 0, length = 0 }: StoredTensor) {
  const file = readFileSync(join(from, bin!));
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [width, read] = bin!.endsWith(".f32")
    ? [4, (at: number) => view.getFloat32(at, true)]
    : [8, (at: number) => view.getFloat64(at, true)];
  if ((offset + length) * width > file.byteLength) {
    throw new RangeError(
      `${where} must end within ${bin} (${file.byteLength} bytes), got offset ${offset} and length ${length}`,
    );
  }
  return Float64Array.from({ length }, (_, i) => read((offset + i) * width));
}
