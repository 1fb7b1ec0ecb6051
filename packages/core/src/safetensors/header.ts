import { DTYPE_BITS, type SafetensorsDType } from "./decode.ts";
import { nestingOf, repeatedName } from "./json-text.ts";

/** Where a tensor lies in the data that follow the header, and what it is. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly TensorEntry[];
}

/** A header may have so many bytes, as in the reference implementation. */
const MOST = 100_000_000;

const LENGTH_BYTES = 8;

/** The header, a tensor, its shape. */
const DEEPEST = 3;

function complain(Kind: typeof TypeError | typeof RangeError, expectation: string, got?: unknown): never {
  throw new Kind(`readSafetensors: ${expectation}${got === undefined ? "" : `, got ${got}`}`);
}

/** A value of the header in few words, however large or deep it is. */
export function brief(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (!Array.isArray(value)) return typeof value === "object" && value !== null ? "an object" : String(value);
  const shown = value.slice(0, 8).map((entry) => (Array.isArray(entry) ? "an array" : brief(entry)));
  return `[${shown.join(", ")}${value.length > 8 ? `, … ${value.length} in all` : ""}]`;
}

/** The text of the header, and the data behind it. */
export function splitFile(bytes: Uint8Array): [text: string, data: Uint8Array] {
  if (bytes.byteLength < LENGTH_BYTES) {
    complain(RangeError, `bytes must have at least ${LENGTH_BYTES} of them`, bytes.byteLength);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MOST)) complain(RangeError, `the header must have at most ${MOST} bytes`, length);
  const end = LENGTH_BYTES + Number(length);
  if (end > bytes.byteLength) {
    const rest = bytes.byteLength - LENGTH_BYTES;
    complain(RangeError, `the header must end within the file, after at most ${rest} bytes`, length);
  }
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return [decoder.decode(bytes.subarray(LENGTH_BYTES, end)), bytes.subarray(end)];
  } catch {
    return complain(RangeError, "the header must be UTF-8");
  }
}

/**
 * What the header says, checked: the tensors fill `size` bytes of data without overlaps and holes.
 *
 * @throws TypeError, RangeError naming the tensor, the field and the value
 */
export function parseHeader(text: string, size: number): Header {
  const fields = parseObject(text);
  const twice = repeatedName(text);
  if (twice !== undefined)
    complain(RangeError, `the header must have each name once`, `${brief(twice)} twice`);
  const metadata = checkMetadata(fields.__metadata__);
  const entries = Object.entries(fields)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, info]) => checkEntry(name, info, size));
  checkPlaces(entries, size);
  return { metadata, entries };
}

function parseObject(text: string): Record<string, unknown> {
  if (!text.startsWith("{")) complain(RangeError, 'the header must begin with "{"', brief(text.slice(0, 1)));
  const nesting = nestingOf(text);
  if (nesting > DEEPEST) complain(RangeError, `the header must be at most ${DEEPEST} levels deep`, nesting);
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return complain(RangeError, "the header must be JSON");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value)) complain(TypeError, "__metadata__ must be an object", brief(value));
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry !== "string") {
      complain(TypeError, `__metadata__ ${brief(name)} must be a string`, brief(entry));
    }
  }
  return Object.assign(Object.create(null), value);
}

function checkEntry(name: string, info: unknown, size: number): TensorEntry {
  const who = `tensor ${brief(name)}`;
  if (!isObject(info)) complain(TypeError, `${who} must be an object`, brief(info));
  for (const field of Object.keys(info)) {
    if (!["dtype", "shape", "data_offsets"].includes(field)) {
      complain(TypeError, `${who} must have dtype, shape and data_offsets only`, brief(field));
    }
  }
  const { dtype, shape, data_offsets: offsets } = info;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPE_BITS, dtype)) {
    const known = Object.keys(DTYPE_BITS).join(", ");
    complain(
      typeof dtype === "string" ? RangeError : TypeError,
      `${who}: dtype must be one of ${known}`,
      brief(dtype),
    );
  }
  if (!Array.isArray(shape)) complain(TypeError, `${who}: shape must be an array`, brief(shape));
  for (const [i, length] of shape.entries()) checkWhole(`${who}: shape[${i}]`, length);
  if (!Array.isArray(offsets) || offsets.length !== 2) {
    complain(TypeError, `${who}: data_offsets must be [begin, end]`, brief(offsets));
  }
  const [begin, end] = offsets.map((offset, i) => checkWhole(`${who}: data_offsets[${i}]`, offset)) as [
    number,
    number,
  ];
  if (begin > end)
    complain(RangeError, `${who}: data_offsets must not end before they begin`, brief(offsets));
  if (end > size) complain(RangeError, `${who}: data_offsets must end within ${size} bytes`, brief(offsets));
  const bits = bitsOf(shape as number[], DTYPE_BITS[dtype as SafetensorsDType]);
  if (bits !== (end - begin) * 8) {
    complain(
      RangeError,
      `${who}: data_offsets must span the ${bits / 8} bytes of ${dtype} ${brief(shape)}`,
      end - begin,
    );
  }
  return { name, dtype: dtype as SafetensorsDType, shape: shape as number[], begin, end };
}

function checkWhole(what: string, value: unknown): number {
  if (typeof value !== "number") complain(TypeError, `${what} must be a number`, brief(value));
  if (!Number.isSafeInteger(value) || value < 0) {
    complain(RangeError, `${what} must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`, value);
  }
  return value;
}

/** Too many to count exactly are more than any file has. */
function bitsOf(shape: readonly number[], bits: number): number {
  return shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, bits);
}

/** One tensor after another, from the first byte to the last. */
function checkPlaces(entries: readonly TensorEntry[], size: number): void {
  let at = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const trouble = begin < at ? "overlaps another" : "leaves a hole";
      complain(RangeError, `tensor ${brief(name)} ${trouble}: it must begin at byte ${at}`, begin);
    }
    at = end;
  }
  if (at !== size) complain(RangeError, `the tensors must fill the ${size} bytes of data`, at);
}
