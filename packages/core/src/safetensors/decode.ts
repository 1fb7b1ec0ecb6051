/** Bits of an element, for every type that the format knows. */
export const DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type SafetensorsDType = keyof typeof DTYPE_BITS;

type Numbers = Float32Array | Int32Array;

/** The values of little-endian bytes; a view of them where it can be, else a copy. */
type Decoder = (bytes: Uint8Array) => Numbers;

/** Types whose values float32 or int32 can hold. */
export const decoders: Partial<Record<SafetensorsDType, Decoder>> = {
  F32: (bytes) =>
    isViewable(bytes)
      ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
      : fill(new Float32Array(bytes.byteLength / 4), bytes, 4, (view, at) => view.getFloat32(at, true)),
  I32: (bytes) =>
    isViewable(bytes)
      ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
      : fill(new Int32Array(bytes.byteLength / 4), bytes, 4, (view, at) => view.getInt32(at, true)),
  I64: (bytes) => fill(new Int32Array(bytes.byteLength / 8), bytes, 8, int64),
  F16: (bytes) => fill(new Float32Array(bytes.byteLength / 2), bytes, 2, float16),
  BF16: (bytes) => fill(new Float32Array(bytes.byteLength / 2), bytes, 2, bfloat16()),
};

/** Whether four-byte numbers may be read where they lie. */
function isViewable({ byteOffset }: Uint8Array): boolean {
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  return littleEndian && byteOffset % 4 === 0;
}

function fill(
  out: Numbers,
  bytes: Uint8Array,
  width: number,
  read: (view: DataView, at: number) => number,
): Numbers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < out.length; i++) out[i] = read(view, i * width);
  return out;
}

function int64(view: DataView, at: number): number {
  const low = view.getInt32(at, true);
  if (view.getInt32(at + 4, true) !== low >> 31) {
    throw new RangeError(
      `values must be from -2147483648 to 2147483647, got ${view.getBigInt64(at, true)} at index ${at / 8}`,
    );
  }
  return low;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function float16(view: DataView, at: number): number {
  const bits = view.getUint16(at, true);
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function bfloat16(): (view: DataView, at: number) => number {
  const scratch = new DataView(new ArrayBuffer(4));
  return (view, at) => {
    scratch.setUint16(0, view.getUint16(at, true));
    return scratch.getFloat32(0);
  };
}
