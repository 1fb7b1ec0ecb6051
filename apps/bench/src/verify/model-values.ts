import { closeSync, openSync, readSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { array, checks, type NdArray, type Parameters, sizeOf } from "@posenc/core";
import { fromFloat16Bits, readModel } from "@posenc/onnx";

type Tensor = ReturnType<typeof readModel>["graph"] extends infer G
  ? NonNullable<G> extends { initializer: (infer T)[] }
    ? T
    : never
  : never;

/** Of TensorProto.DataType. */
const WIDTHS: Readonly<Record<number, number>> = { 1: 4, 10: 2 };
const EXTERNAL = 1;

/**
 * The values of a model's parameters: from its file, or where that says so, from files beside it.
 *
 * @throws RangeError where one is missing, or has another type, shape or size; Error where a file cannot be read
 */
export function modelValues(
  path: string,
  bytes: Uint8Array,
  parameters: Parameters,
): Record<string, NdArray> {
  const tensors = new Map(readModel(bytes).graph!.initializer.map((tensor) => [tensor.name, tensor]));
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => {
      const tensor = tensors.get(name);
      const width = WIDTHS[tensor?.dataType ?? 0];
      if (tensor === undefined || width === undefined || tensor.dims.map(Number).join() !== shape.join())
        throw new RangeError(
          `verify: the file must have ${name} with shape ${checks.show([...shape])} in float32 or float16, got ${tensor ? `type ${tensor.dataType}, shape ${checks.show(tensor.dims.map(Number))}` : "none"}`,
        );
      const raw = tensor.dataLocation === EXTERNAL ? readBeside(path, tensor) : tensor.rawData;
      if (raw.length !== width * sizeOf(shape))
        throw new RangeError(
          `verify: the file must have ${name} in ${width * sizeOf(shape)} bytes, got ${raw.length}`,
        );
      return [name, array(numbers(raw, width), shape)];
    }),
  );
}

function numbers(raw: Uint8Array, width: number): Float32Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const length = raw.length / width;
  if (width === 4) return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
  return fromFloat16Bits(Uint16Array.from({ length }, (_, i) => view.getUint16(2 * i, true)));
}

/** Data in another file, which must lie beside or below the model. */
function readBeside(path: string, { name, externalData }: Tensor): Uint8Array {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = normalize(entries.get("location") ?? "");
  const [offset, length] = [Number(entries.get("offset") ?? 0), Number(entries.get("length"))];
  if (location === "." || isAbsolute(location) || location.split(/[/\\]/).includes(".."))
    throw new RangeError(
      `verify: the data of ${name} must be in a file beside the model, got ${checks.show(location)}`,
    );
  const beside = join(dirname(path), location);
  try {
    const { size } = statSync(beside);
    if (!(offset >= 0 && length >= 0 && offset + length <= size))
      throw new RangeError(`it has ${size} bytes, and ${name} should be at ${offset}, ${length} bytes long`);
    const data = new Uint8Array(length);
    const file = openSync(beside, "r");
    try {
      readSync(file, data, 0, length, offset);
    } finally {
      closeSync(file);
    }
    return data;
  } catch (error) {
    throw new Error(`verify: ${beside} must have the model's parameters: ${(error as Error).message}`);
  }
}
