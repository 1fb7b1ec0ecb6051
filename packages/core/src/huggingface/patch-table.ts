import type { AdditiveEncoder } from "../encoder.ts";
import { learned } from "../encoders/learned.ts";
import type { ConfigReader } from "./config-reader.ts";

/** What the code of a model says where its config does not. */
export interface PatchTableDefaults {
  /** Tokens before the patches, which come row by row. */
  readonly before: number;
  readonly dim?: number;
  readonly image?: number;
  readonly patch?: number;
}

/** A learned table of the patches of an image. @throws TypeError, RangeError naming the key */
export function patchTable(config: ConfigReader, defaults: PatchTableDefaults): AdditiveEncoder {
  const { before, dim } = defaults;
  const [image, patch] = [
    config.pair("image_size", defaults.image),
    config.pair("patch_size", defaults.patch),
  ];
  const [rows, columns] = image.map((size, axis) => Math.floor(size / patch[axis]!)) as [number, number];
  if (rows * columns === 0) config.fail("patch_size", "at most image_size");
  return learned({ dim: config.count("hidden_size", dim), maxLength: rows * columns + before });
}
