import { create } from "@bufbuild/protobuf";
import {
  TensorProto_DataLocation as Location,
  type TensorProto,
  TensorProtoSchema,
  TensorProto_DataType as Type,
} from "onnx-buf";

const widths: Readonly<Partial<Record<Type, number>>> = {
  [Type.FLOAT]: 4,
  [Type.DOUBLE]: 8,
  [Type.FLOAT16]: 2,
  [Type.BFLOAT16]: 2,
  [Type.INT32]: 4,
  [Type.INT64]: 8,
};

export const sizeOf = ({ dims }: TensorProto): number =>
  dims.reduce((size, length) => size * Number(length), 1);

/** The bytes of a tensor that is inside the file, little-endian, and how many an element has. */
export function rawOf(tensor: TensorProto): { bytes: Uint8Array; width: number } | undefined {
  const width = widths[tensor.dataType as Type];
  if (width === undefined || tensor.dataLocation === Location.EXTERNAL) return undefined;
  if (tensor.rawData.length > 0) return { bytes: tensor.rawData, width };
  const size = sizeOf(tensor);
  const view = new DataView(new ArrayBuffer(size * width));
  for (let i = 0; i < size; i++) {
    if (tensor.dataType === Type.FLOAT) view.setFloat32(4 * i, tensor.floatData[i]!, true);
    else if (tensor.dataType === Type.DOUBLE) view.setFloat64(8 * i, tensor.doubleData[i]!, true);
    else if (tensor.dataType === Type.INT64) view.setBigInt64(8 * i, tensor.int64Data[i]!, true);
    else if (tensor.dataType === Type.INT32) view.setInt32(4 * i, tensor.int32Data[i]!, true);
    else view.setUint16(2 * i, tensor.int32Data[i]!, true);
  }
  return { bytes: new Uint8Array(view.buffer), width };
}

const MOST = 4096;

/** The whole numbers of a small tensor of int64 or int32. */
export function intsOf(tensor: TensorProto): number[] | undefined {
  const { dataType } = tensor;
  if ((dataType !== Type.INT64 && dataType !== Type.INT32) || sizeOf(tensor) > MOST) return undefined;
  const raw = rawOf(tensor);
  if (raw === undefined) return undefined;
  const view = new DataView(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  return Array.from({ length: sizeOf(tensor) }, (_, i) =>
    dataType === Type.INT64 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true),
  );
}

/** The one number of a tensor of float32 or float64 that has one. */
export function scalarOf(tensor: TensorProto): number | undefined {
  if (sizeOf(tensor) !== 1) return undefined;
  const { dataType } = tensor;
  if (dataType !== Type.FLOAT && dataType !== Type.DOUBLE) return intsOf(tensor)?.[0];
  const raw = rawOf(tensor);
  if (raw === undefined) return undefined;
  const view = new DataView(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  return dataType === Type.FLOAT ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

/** Every element of rows [..., n] that `pick` names, as a new tensor [..., picked]. */
export function pickColumns(
  tensor: TensorProto,
  name: string,
  pick: readonly number[],
): TensorProto | undefined {
  const raw = rawOf(tensor);
  const columns = Number(tensor.dims.at(-1) ?? 0n);
  if (raw === undefined || columns === 0) return undefined;
  const { bytes, width } = raw;
  const rows = sizeOf(tensor) / columns;
  const picked = new Uint8Array(rows * pick.length * width);
  for (let row = 0; row < rows; row++) {
    for (const [i, column] of pick.entries()) {
      const start = (row * columns + column) * width;
      picked.set(bytes.subarray(start, start + width), (row * pick.length + i) * width);
    }
  }
  return create(TensorProtoSchema, {
    name,
    dataType: tensor.dataType,
    dims: [...tensor.dims.slice(0, -1), BigInt(pick.length)],
    rawData: picked,
  });
}
