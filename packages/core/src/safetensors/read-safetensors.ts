import { show } from "../checks.ts";
import { array, type NdArray } from "../typed-arrays/nd-array.ts";
import { decoders, type SafetensorsDType } from "./decode.ts";
import { brief, parseHeader, splitFile, type TensorEntry } from "./header.ts";

export interface Safetensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** The values as they are stored: little-endian, row by row. A view of the file. */
  readonly bytes: Uint8Array;
  /**
   * The values: F32, F16 and BF16 as float32, I32 and I64 as int32. F32 and I32 are a view of the file where they
   * begin at a multiple of four bytes; else, and for the other types, each call makes a copy.
   *
   * @throws TypeError for another dtype, RangeError for an I64 beyond int32
   */
  array(): NdArray;
}

export interface Safetensors {
  /** By name. Without a prototype, so that a name such as "constructor" finds nothing that is not in the file. */
  readonly tensors: Readonly<Record<string, Safetensor>>;
  /** `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The tensors of a safetensors file (https://github.com/huggingface/safetensors#format). Nothing is copied, and no
 * values are read until they are asked for.
 *
 * The header is not trusted. Everything in it is checked against the file: its length, its JSON, names that stand
 * twice, types, shapes, and that the tensors lie in the data without overlaps and holes.
 *
 * @throws TypeError, RangeError naming the tensor and the value
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`readSafetensors: bytes must be a Uint8Array, got ${show(bytes)}`);
  }
  const [text, data] = splitFile(bytes);
  const { metadata, entries } = parseHeader(text, data.byteLength);
  const tensors: Record<string, Safetensor> = Object.create(null);
  for (const entry of entries) tensors[entry.name] = tensorOf(entry, data.subarray(entry.begin, entry.end));
  return { tensors, metadata };
}

function tensorOf({ name, dtype, shape }: TensorEntry, bytes: Uint8Array): Safetensor {
  return {
    dtype,
    shape,
    bytes,
    array() {
      const decode = decoders[dtype];
      if (decode === undefined) {
        const known = Object.keys(decoders).join(", ");
        throw new TypeError(
          `readSafetensors: tensor ${brief(name)} must be ${known} for array(), got ${dtype}; its bytes are there`,
        );
      }
      try {
        return array(decode(bytes), shape);
      } catch (error) {
        throw new RangeError(`readSafetensors: tensor ${brief(name)}: ${(error as Error).message}`);
      }
    },
  };
}
