import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";

export interface WireLimits {
  /** Messages within messages. */
  readonly depth: number;
  /** Messages in all; each becomes an object. */
  readonly messages: number;
  /** Numbers in repeated fields in all; each becomes a number or a bigint. */
  readonly numbers: number;
}

const [VARINT, BITS_64, BYTES, BITS_32] = [0, 1, 2, 5];

const scalarWires = new Map<ScalarType, number>([
  [ScalarType.STRING, BYTES],
  [ScalarType.BYTES, BYTES],
  [ScalarType.DOUBLE, BITS_64],
  [ScalarType.FIXED64, BITS_64],
  [ScalarType.SFIXED64, BITS_64],
  [ScalarType.FLOAT, BITS_32],
  [ScalarType.FIXED32, BITS_32],
  [ScalarType.SFIXED32, BITS_32],
]);

interface Field {
  readonly name: string;
  readonly wire: number;
  readonly list: boolean;
  readonly message?: DescMessage | undefined;
}

interface Frame {
  readonly fields: ReadonlyMap<number, Field>;
  readonly end: number;
  readonly name: string;
}

/**
 * Walks through a serialised message without making anything of it, so that what is decoded afterwards is known to
 * be whole, of the schema's types and of bounded size. Time is linear in the bytes, memory in the depth.
 *
 * @throws RangeError naming the place, with `who` in front
 */
export function checkWire(who: string, schema: DescMessage, bytes: Uint8Array, limits: WireLimits): void {
  const stack: Frame[] = [{ fields: fieldsOf(schema), end: bytes.length, name: "the file" }];
  let [at, messages, numbers] = [0, 0, 0];

  const place = (field?: string) =>
    [...stack.slice(1).map(({ name }) => name), ...(field === undefined ? [] : [field])].join(".") ||
    "the file";
  function fail(expected: string, field?: string): never {
    throw new RangeError(`${who}: ${place(field)}, at byte ${at}, ${expected}`);
  }

  /** A varint; beyond 2^53 the value is rounded, which is far beyond any length. */
  function varint(end: number, field?: string): number {
    let value = 0;
    for (let i = 0, unit = 1; i < 10; i++, unit *= 128) {
      if (at >= end) fail("must end with its message, got a number that is cut off", field);
      const byte = bytes[at++]!;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    return fail("must have numbers of at most 10 bytes", field);
  }

  function packed(wire: number, end: number, field: string): number {
    if (wire === VARINT) {
      let count = 0;
      while (at < end) {
        varint(end, field);
        count++;
      }
      return count;
    }
    const width = wire === BITS_64 ? 8 : 4;
    const length = end - at;
    if (length % width !== 0) fail(`must have a length that is a multiple of ${width}, got ${length}`, field);
    at = end;
    return length / width;
  }

  while (stack.length > 0) {
    const { fields, end } = stack.at(-1)!;
    if (at === end) {
      stack.pop();
      continue;
    }
    const tag = varint(end);
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (number < 1 || number > 0x1fffffff) fail(`must have field numbers from 1 to 536870911, got ${number}`);
    const known = fields.get(number);
    const name = known?.name ?? `field ${number}`;
    if (known && wire !== known.wire && !(known.list && wire === BYTES))
      fail(`must have wire type ${known.wire}, got ${wire}`, name);
    if (!known?.message && (known === undefined || known.list)) numbers++;

    if (wire === VARINT) varint(end, name);
    else if (wire === BITS_64 || wire === BITS_32) at += wire === BITS_64 ? 8 : 4;
    else if (wire === BYTES) {
      const length = varint(end, name);
      if (length > end - at)
        fail(`must end with its message, after at most ${end - at} bytes, got ${length}`, name);
      if (known?.message) {
        if (++messages > limits.messages) fail(`must have at most ${limits.messages} messages`, name);
        if (stack.length >= limits.depth) fail(`must be at most ${limits.depth} levels deep`, name);
        stack.push({ fields: fieldsOf(known.message), end: at + length, name });
      } else if (known && known.wire !== BYTES) numbers += packed(known.wire, at + length, name);
      else at += length;
    } else fail(`must have wire type 0, 1, 2 or 5, got ${wire}`, name);

    if (at > end) fail("must end with its message", name);
    if (numbers > limits.numbers) fail(`must have at most ${limits.numbers} numbers outside raw data`, name);
  }
}

const cache = new Map<DescMessage, ReadonlyMap<number, Field>>();

function fieldsOf(schema: DescMessage): ReadonlyMap<number, Field> {
  let fields = cache.get(schema);
  if (fields === undefined) {
    fields = new Map(schema.fields.map((field) => [field.number, describe(field)]));
    cache.set(schema, fields);
  }
  return fields;
}

function describe(field: DescField): Field {
  const { name, message, scalar } = field;
  const wire = message ? BYTES : scalar === undefined ? VARINT : (scalarWires.get(scalar) ?? VARINT);
  return { name, wire, list: field.fieldKind === "list", message };
}
