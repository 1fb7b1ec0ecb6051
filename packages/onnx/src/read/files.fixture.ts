import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { initialise, learned, rope } from "@posenc/core";
import { transformer } from "@posenc/model";
import { ModelProtoSchema, TensorProto_DataType as Type } from "onnx-buf";
import { exportEncoder } from "../export-encoder.ts";
import { exportModel } from "../export-model.ts";

export type ModelParts = Omit<MessageInitShape<typeof ModelProtoSchema>, "$typeName" | "$unknown">;

export const write = (parts: ModelParts): Uint8Array =>
  toBinary(ModelProtoSchema, create(ModelProtoSchema, parts));

export const tensorType = (elemType: Type, ...dims: (number | string)[]) => ({
  value: {
    case: "tensorType" as const,
    value: {
      elemType,
      shape: {
        dim: dims.map((length) => ({
          value:
            typeof length === "number"
              ? { case: "dimValue" as const, value: BigInt(length) }
              : { case: "dimParam" as const, value: length },
        })),
      },
    },
  },
});

/** x [n] → y = -x, and what is to be otherwise. */
export function small(graph: ModelParts["graph"] = {}, rest: ModelParts = {}): ModelParts {
  return {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 17n }],
    graph: {
      name: "small",
      input: [{ name: "x", type: tensorType(Type.FLOAT, "n") }],
      node: [{ name: "negate", opType: "Neg", input: ["x"], output: ["y"] }],
      output: [{ name: "y", type: tensorType(Type.FLOAT, "n") }],
      ...graph,
    },
    ...rest,
  };
}

/** Files that this project writes, small ones. */
export function ownFiles(): Uint8Array[] {
  const encoder = rope({ dim: 4, rotaryDim: 2, pairing: "interleaved" });
  const table = learned({ dim: 4, maxLength: 3 });
  const model = transformer({ vocabulary: 3, outputs: 2, dim: 4, heads: 1, encoder: rope({ dim: 4 }) });
  return [
    exportEncoder(encoder),
    exportEncoder(table, { values: initialise(table.parameters, 1) }),
    exportModel(model, initialise(model.parameters, 1)),
    write(small()),
  ];
}
