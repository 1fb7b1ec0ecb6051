import { fromBinary } from "@bufbuild/protobuf";
import { checks } from "@posenc/core";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";
import { checkModel } from "./check-model.ts";
import { checkWire } from "./wire.ts";

export interface ReadModelOptions {
  /** Files of more bytes are refused; 2^31 − 1 unless given, which is protobuf's own limit. */
  readonly maxBytes?: number;
  /** Messages in a file, each an object in memory; 2^20 unless given. */
  readonly maxMessages?: number;
  /** Numbers outside of raw data, each a number or a bigint in memory; 2^24 unless given. */
  readonly maxNumbers?: number;
  /** Graphs within graphs (branches and loops); 16 unless given. */
  readonly maxDepth?: number;
}

/**
 * An ONNX file as protobuf messages. The file is checked first: that it is whole, that its tensors are as long as
 * they say, that every edge is made once and before it is used, that no function calls itself. Memory and time are
 * linear in the length of the file. Raw data is not copied: it shares memory with `bytes`. Tensors in files of
 * their own (external data) are not read.
 *
 * @throws TypeError where `bytes` is not a Uint8Array; RangeError naming the place where the file is not as it says
 */
export function readModel(bytes: Uint8Array, options: ReadModelOptions = {}): ModelProto {
  return readFor("readModel", bytes, options);
}

/** {@link readModel} for another function, which is named in errors. */
export function readFor(who: string, bytes: Uint8Array, options: ReadModelOptions = {}): ModelProto {
  checks.checkNames(who, options, ["maxBytes", "maxMessages", "maxNumbers", "maxDepth"]);
  const limit = (name: keyof ReadModelOptions, most: number) =>
    checks.checkCount(who, name, options[name] ?? most);
  const maxBytes = limit("maxBytes", 2 ** 31 - 1);
  const maxDepth = limit("maxDepth", 16);
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`${who}: bytes must be a Uint8Array, got ${checks.show(bytes)}`);
  if (bytes.length === 0 || bytes.length > maxBytes)
    throw new RangeError(`${who}: bytes must be from 1 to ${maxBytes}, got ${bytes.length}`);
  checkWire(who, ModelProtoSchema, bytes, {
    depth: 4 * maxDepth + 16,
    messages: limit("maxMessages", 2 ** 20),
    numbers: limit("maxNumbers", 2 ** 24),
  });
  const model = decode(who, bytes);
  checkModel(who, model, maxDepth);
  return model;
}

function decode(who: string, bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new RangeError(`${who}: the file must be an ONNX model: ${(error as Error).message}`);
  }
}
