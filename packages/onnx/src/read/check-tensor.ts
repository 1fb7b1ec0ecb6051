import {
  TensorProto_DataLocation as Location,
  type SparseTensorProto,
  type TensorProto,
  TensorProto_DataType as Type,
} from "onnx-buf";

/** Bits of an element in `raw_data`, and the field that holds such elements where `raw_data` is not used. */
interface Storage {
  readonly bits: number;
  readonly field: "floatData" | "doubleData" | "int32Data" | "int64Data" | "uint64Data";
  /** Entries of the field per element. */
  readonly entries: number;
}

const storage = (bits: number, field: Storage["field"], entries = 1): Storage => ({ bits, field, entries });

const storages: Readonly<Partial<Record<Type, Storage>>> = {
  [Type.FLOAT]: storage(32, "floatData"),
  [Type.UINT8]: storage(8, "int32Data"),
  [Type.INT8]: storage(8, "int32Data"),
  [Type.UINT16]: storage(16, "int32Data"),
  [Type.INT16]: storage(16, "int32Data"),
  [Type.INT32]: storage(32, "int32Data"),
  [Type.INT64]: storage(64, "int64Data"),
  [Type.BOOL]: storage(8, "int32Data"),
  [Type.FLOAT16]: storage(16, "int32Data"),
  [Type.DOUBLE]: storage(64, "doubleData"),
  [Type.UINT32]: storage(32, "uint64Data"),
  [Type.UINT64]: storage(64, "uint64Data"),
  [Type.COMPLEX64]: storage(64, "floatData", 2),
  [Type.COMPLEX128]: storage(128, "doubleData", 2),
  [Type.BFLOAT16]: storage(16, "int32Data"),
  [Type.FLOAT8E4M3FN]: storage(8, "int32Data"),
  [Type.FLOAT8E4M3FNUZ]: storage(8, "int32Data"),
  [Type.FLOAT8E5M2]: storage(8, "int32Data"),
  [Type.FLOAT8E5M2FNUZ]: storage(8, "int32Data"),
  [Type.FLOAT8E8M0]: storage(8, "int32Data"),
  [Type.UINT4]: storage(4, "int32Data", 1 / 2),
  [Type.INT4]: storage(4, "int32Data", 1 / 2),
  [Type.FLOAT4E2M1]: storage(4, "int32Data", 1 / 2),
  [Type.UINT2]: storage(2, "int32Data", 1 / 4),
  [Type.INT2]: storage(2, "int32Data", 1 / 4),
};

/** Bits of an element; undefined for strings and unknown types. */
export const bitsOf = (type: number): number | undefined => storages[type as Type]?.bits;

const FIELDS = ["floatData", "doubleData", "int32Data", "int64Data", "uint64Data", "stringData"] as const;

/** What a tensor's lengths and type ask for, it has. @throws RangeError naming the place */
export function checkTensor(place: string, tensor: TensorProto): void {
  const count = countOf(place, tensor.dims);
  const type = tensor.dataType;
  const filled = FIELDS.filter((field) => tensor[field].length > 0);
  const raw = tensor.rawData.length;
  if (filled.length + (raw > 0 ? 1 : 0) > 1) {
    const names = [...(raw > 0 ? ["rawData"] : []), ...filled].join(" and ");
    throw new RangeError(`${place} must have its data in one field, got ${names}`);
  }
  if (tensor.segment) throw new RangeError(`${place} must be whole, got a segment`);
  if (type === Type.STRING) {
    if (raw > 0 || tensor.stringData.length !== count || (filled[0] ?? "stringData") !== "stringData")
      throw new RangeError(`${place} must have ${count} strings, got ${tensor.stringData.length}`);
    return;
  }
  const known = storages[type as Type];
  if (known === undefined) throw new RangeError(`${place} must have a known data type, got ${type}`);
  if (tensor.dataLocation === Location.EXTERNAL) {
    checkExternal(place, tensor, raw + filled.length);
    return;
  }
  const { bits, field, entries } = known;
  if (filled[0] !== undefined && filled[0] !== field)
    throw new RangeError(`${place} of type ${Type[type]} must have its data in ${field}, got ${filled[0]}`);
  const expected = filled.length > 0 ? Math.ceil(count * entries) : Math.ceil((count * bits) / 8);
  const got = filled.length > 0 ? tensor[field].length : raw;
  if (got !== expected) {
    const what = filled.length > 0 ? `entries of ${field}` : "bytes of rawData";
    throw new RangeError(
      `${place} of type ${Type[type]} and lengths [${tensor.dims.join(", ")}] must have ${expected} ${what}, got ${got}`,
    );
  }
}

function checkExternal(place: string, { externalData }: TensorProto, inside: number): void {
  if (inside > 0) throw new RangeError(`${place} must have its data outside the file alone, got some inside`);
  if (!externalData.some(({ key, value }) => key === "location" && value !== ""))
    throw new RangeError(`${place} must name the file that holds its data (location)`);
}

/** How many elements. @throws RangeError where a length is negative or all of them are beyond 2^53 */
function countOf(place: string, dims: readonly bigint[]): number {
  if (dims.length > 64) throw new RangeError(`${place} must have at most 64 axes, got ${dims.length}`);
  let count = 1;
  for (const length of dims) {
    if (length < 0n) throw new RangeError(`${place} must have lengths of at least 0, got ${length}`);
    count *= Number(length);
  }
  if (dims.includes(0n)) return 0;
  if (count > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`${place} must have fewer than 2^53 elements, got lengths [${dims.join(", ")}]`);
  return count;
}

export function checkSparseTensor(place: string, { values, indices, dims }: SparseTensorProto): void {
  countOf(place, dims);
  if (values === undefined || indices === undefined)
    throw new RangeError(`${place} must have values and indices`);
  checkTensor(`${place}.values`, values);
  checkTensor(`${place}.indices`, indices);
  if (indices.dataType !== Type.INT64 || indices.dims[0] !== values.dims[0])
    throw new RangeError(`${place} must have an int64 index for each value`);
}
