import { TensorProto_DataType as Type, type TypeProto, type ValueInfoProto } from "onnx-buf";

/** An input or output of a graph. */
export interface InspectedValue {
  readonly name: string;
  /** "float32", "int64" …; "sequence", "map", "optional" or "sparse" for what is no tensor. */
  readonly type: string;
  /** One entry per axis: a length, the name of one that is chosen at each run, or null. null: not said. */
  readonly shape: readonly (number | string | null)[] | null;
}

const names: Readonly<Partial<Record<Type, string>>> = {
  [Type.FLOAT]: "float32",
  [Type.DOUBLE]: "float64",
};

/** As in "float32"; "undefined" where the file says none. */
export const typeName = (type: number): string =>
  names[type as Type] ?? (Type[type] === undefined ? `type ${type}` : Type[type].toLowerCase());

export function describeValue({ name, type }: ValueInfoProto): InspectedValue {
  return { name, ...describeType(type) };
}

const others = {
  sequenceType: "sequence",
  mapType: "map",
  optionalType: "optional",
  sparseTensorType: "sparse",
} as const;

function describeType(type: TypeProto | undefined): Omit<InspectedValue, "name"> {
  const value = type?.value;
  if (value?.case === undefined) return { type: "undefined", shape: null };
  if (value.case !== "tensorType") return { type: others[value.case], shape: null };
  const { elemType, shape } = value.value;
  return {
    type: typeName(elemType),
    shape: shape
      ? shape.dim.map(({ value }) => {
          if (value.case === "dimValue") return Number(value.value);
          return value.case === "dimParam" && value.value !== "" ? value.value : null;
        })
      : null,
  };
}
