const bits = new DataView(new ArrayBuffer(4));

/**
 * IEEE 754 binary16 of float32 numbers, rounded to nearest, ties to even: as bits, since Node 20 has no Float16Array.
 * Beyond 65,519 it is infinity.
 */
export function float16Bits(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => {
    bits.setFloat32(0, value);
    const pattern = bits.getUint32(0);
    const sign = (pattern >>> 16) & 0x8000;
    const size = Math.abs(value);
    if (Number.isNaN(value)) return 0x7e00;
    if (size >= 65520) return sign | 0x7c00;
    const exponent = Math.max((pattern >>> 23) & 0xff, 113); // below 2^-14 the steps stay 2^-24
    const step = 2 ** (exponent - 127 - 10);
    const steps = roundEven(size / step); // at most 2048
    return sign | (((exponent - 113) << 10) + steps);
  });
}

/** The numbers that {@link float16Bits} stand for. */
export function fromFloat16Bits(values: Uint16Array): Float32Array {
  return Float32Array.from(values, (pattern) => {
    const sign = pattern & 0x8000 ? -1 : 1;
    const exponent = (pattern >> 10) & 0x1f;
    const fraction = pattern & 0x3ff;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
}

function roundEven(x: number): number {
  const whole = Math.floor(x);
  const rest = x - whole;
  if (rest !== 0.5) return Math.round(x);
  return whole % 2 === 0 ? whole : whole + 1;
}
