import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempt, file, write } from "./files.fixture.ts";
import { readSafetensors } from "./read-safetensors.ts";

const text = (name: string, dtype: string, shape: string, offsets: string) =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const x = (dtype: string, shape: string, offsets: string) => `{${text("x", dtype, shape, offsets)}}`;
const pair = (first: string, second: string) =>
  `{${text("a", "U8", "[4]", first)},${text("b", "U8", "[4]", second)}}`;
const DTYPES =
  "BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64";

function declared(length: bigint, rest: number): Uint8Array {
  const bytes = new Uint8Array(8 + rest);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

describe("hostile files", () => {
  test.each<[string, unknown, Error]>([
    ["no bytes", "x", new TypeError('bytes must be a Uint8Array, got "x"')],
    [
      "a buffer",
      new ArrayBuffer(8),
      new TypeError("bytes must be a Uint8Array, got an object (ArrayBuffer)"),
    ],
    ["short", new Uint8Array(7), new RangeError("bytes must have at least 8 of them, got 7")],
    [
      "a header beyond the file",
      declared(11n, 10),
      new RangeError("the header must end within the file, after at most 10 bytes, got 11"),
    ],
    [
      "a header beyond all measure",
      declared(100_000_001n, 10),
      new RangeError("the header must have at most 100000000 bytes, got 100000001"),
    ],
    [
      "2^64 - 1",
      declared(2n ** 64n - 1n, 10),
      new RangeError("the header must have at most 100000000 bytes, got 18446744073709551615"),
    ],
    ["no UTF-8", declared(2n, 2).fill(0xff, 8), new RangeError("the header must be UTF-8")],
  ])("%s", (_, bytes, error) => {
    expect(() => readSafetensors(bytes as Uint8Array)).toThrow(
      Object.assign(error, { message: `readSafetensors: ${error.message}` }),
    );
  });

  test.each<[string, string, number, Error]>([
    ["empty", "", 0, new RangeError('the header must begin with "{", got ""')],
    ["an array", "[1]", 0, new RangeError('the header must begin with "{", got "["')],
    ["a byte order mark", "\uFEFF{}", 0, new RangeError('the header must begin with "{", got "\uFEFF"')],
    ["no JSON", "{x}", 0, new RangeError("the header must be JSON")],
    [
      "too deep",
      '{"x":{"shape":[[4]]}}',
      0,
      new RangeError("the header must be at most 3 levels deep, got 4"),
    ],
    ["an open string", '{"x', 0, new RangeError("the header must be JSON")],
    [
      "brackets in a name",
      '{"[[[[{\\"{":1}',
      0,
      new TypeError('tensor "[[[[{\\"{" must be an object, got 1'),
    ],
    ["a number", '{"x":1}', 0, new TypeError('tensor "x" must be an object, got 1')],
    [
      "a name twice",
      `{${text("x", "U8", "[4]", "[0,4]")},${text("x", "U8", "[4]", "[0,4]")}}`,
      4,
      new RangeError('the header must have each name once, got "x" twice'),
    ],
    [
      "a name twice, spelled differently",
      `{${text("x", "U8", "[4]", "[0,4]")} , "\\u0078" : {}}`,
      4,
      new RangeError('the header must have each name once, got "x" twice'),
    ],
    [
      "a field twice",
      '{"x":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}',
      4,
      new RangeError('the header must have each name once, got "shape" twice'),
    ],
    [
      "an unknown field",
      '{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"strides":[1]}}',
      0,
      new TypeError('tensor "x" must have dtype, shape and data_offsets only, got "strides"'),
    ],
    ["metadata", '{"__metadata__":[]}', 0, new TypeError("__metadata__ must be an object, got []")],
    [
      "metadata that are no strings",
      '{"__metadata__":{"a":1}}',
      0,
      new TypeError('__metadata__ "a" must be a string, got 1'),
    ],
    [
      "an unknown type",
      x("F12", "[1]", "[0,1]"),
      1,
      new RangeError(`tensor "x": dtype must be one of ${DTYPES}, got "F12"`),
    ],
    [
      "a type of the language",
      x("constructor", "[1]", "[0,1]"),
      1,
      new RangeError(`tensor "x": dtype must be one of ${DTYPES}, got "constructor"`),
    ],
    ["no shape", x("U8", "4", "[0,4]"), 4, new TypeError('tensor "x": shape must be an array, got 4')],
    [
      "a negative length",
      x("U8", "[-1,-4]", "[0,4]"),
      4,
      new RangeError('tensor "x": shape[0] must be a whole number from 0 to 9007199254740991, got -1'),
    ],
    [
      "a fraction",
      x("U8", "[0.5,8]", "[0,4]"),
      4,
      new RangeError('tensor "x": shape[0] must be a whole number from 0 to 9007199254740991, got 0.5'),
    ],
    [
      "a length as text",
      x("U8", '["4"]', "[0,4]"),
      4,
      new TypeError('tensor "x": shape[0] must be a number, got "4"'),
    ],
    [
      "infinite",
      x("U8", "[1e999]", "[0,4]"),
      4,
      new RangeError('tensor "x": shape[0] must be a whole number from 0 to 9007199254740991, got Infinity'),
    ],
    [
      "a shape whose size is 0 modulo 2^64",
      x("F32", "[4294967296,4294967296]", "[0,0]"),
      0,
      new RangeError(
        'tensor "x": data_offsets must span the 73786976294838210000 bytes of F32 [4294967296, 4294967296], got 0',
      ),
    ],
    [
      "a shape beyond float64",
      x("F32", `[${Array(40).fill(9007199254740991).join()}]`, "[0,0]"),
      0,
      new RangeError(
        `tensor "x": data_offsets must span the Infinity bytes of F32 [${Array(8).fill(9007199254740991).join(", ")}, … 40 in all], got 0`,
      ),
    ],
    [
      "a shape that does not fit",
      x("F32", "[2]", "[0,4]"),
      4,
      new RangeError('tensor "x": data_offsets must span the 8 bytes of F32 [2], got 4'),
    ],
    [
      "negative offsets",
      x("U8", "[4]", "[-4,0]"),
      4,
      new RangeError('tensor "x": data_offsets[0] must be a whole number from 0 to 9007199254740991, got -4'),
    ],
    [
      "reversed offsets",
      x("U8", "[4]", "[4,0]"),
      4,
      new RangeError('tensor "x": data_offsets must not end before they begin, got [4, 0]'),
    ],
    [
      "offsets beyond the end",
      x("U8", "[5]", "[0,5]"),
      4,
      new RangeError('tensor "x": data_offsets must end within 4 bytes, got [0, 5]'),
    ],
    [
      "one offset",
      x("U8", "[4]", "[0]"),
      4,
      new TypeError('tensor "x": data_offsets must be [begin, end], got [0]'),
    ],
    [
      "an overlap",
      pair("[0,4]", "[2,6]"),
      6,
      new RangeError('tensor "b" overlaps another: it must begin at byte 4, got 2'),
    ],
    [
      "the same place",
      pair("[0,4]", "[0,4]"),
      4,
      new RangeError('tensor "b" overlaps another: it must begin at byte 4, got 0'),
    ],
    [
      "a hole",
      pair("[5,9]", "[0,4]"),
      9,
      new RangeError('tensor "a" leaves a hole: it must begin at byte 4, got 5'),
    ],
    [
      "data left over",
      pair("[4,8]", "[0,4]"),
      9,
      new RangeError("the tensors must fill the 9 bytes of data, got 8"),
    ],
  ])("header: %s", (_, header, size, error) => {
    expect(() => readSafetensors(file(header, new Uint8Array(size)))).toThrow(
      Object.assign(error, { message: `readSafetensors: ${error.message}` }),
    );
  });

  test("deep nesting and long names end in a short error", () => {
    const depth = 200_000;
    const deep = "[".repeat(depth) + "]".repeat(depth);
    for (const header of [
      x("U8", deep, "[0,0]"),
      `{"x":${deep}}`,
      x("U8", "[0]", deep),
      `{"a":${"{".repeat(depth)}`,
    ]) {
      expect(attempt(file(header)).length).toBeLessThan(200);
    }
    expect(attempt(file(`{"${"n".repeat(1e6)}":1}`)).length).toBeLessThan(200);
  });
});

describe("mutations of valid files either parse or are rejected, and fast", () => {
  const valid = write(
    [
      ["wpe.weight", "F32", [4, 3], new Float32Array(12).fill(0.5)],
      ["ids", "I64", [2], BigInt64Array.of(1n, 2n)],
      ["half", "F16", [2, 2], new Uint16Array(4)],
    ],
    { format: "pt" },
  );
  const headerText = new TextDecoder().decode(
    valid.subarray(8, 8 + Number(new DataView(valid.buffer).getBigUint64(0, true))),
  );
  const data = valid.subarray(8 + headerText.length);

  test("bytes: changed, cut and inserted", () => {
    const began = performance.now();
    const change = fc.record({
      at: fc.nat(valid.length - 1),
      remove: fc.nat(4),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = [...valid];
        for (const { at, remove, insert } of changes) bytes = bytes.toSpliced(at, remove, ...insert);
        attempt(Uint8Array.from(bytes));
      }),
      { numRuns: 2000 },
    );
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test("the header's text, with the right length", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      '"',
      ",",
      ":",
      "0",
      "-",
      "9",
      "e",
      ".",
      "\\",
      "null",
      '"ids":',
      "\uD800",
      " ",
    ];
    const change = fc.record({
      at: fc.nat(headerText.length - 1),
      remove: fc.nat(12),
      insert: fc.constantFrom(...pieces),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let mutated = headerText;
        for (const { at, remove, insert } of changes) {
          mutated = mutated.slice(0, at) + insert + mutated.slice(at + remove);
        }
        attempt(file(mutated, data));
      }),
      { numRuns: 2000 },
    );
  });

  test("the numbers of the header", () => {
    const numbers = headerText.match(/\d+(?=[,\]])/g)!.length;
    const value = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.maxSafeInteger(),
      fc.nat(64),
      fc.constantFrom("{}", '"1"', "[]"),
    );
    fc.assert(
      fc.property(fc.nat(numbers - 1), value, (which, replacement) => {
        let seen = 0;
        const mutated = headerText.replace(/\d+(?=[,\]])/g, (digits) =>
          seen++ === which ? `${replacement}` : digits,
        );
        attempt(file(mutated, data));
      }),
      { numRuns: 2000 },
    );
  });
});
