import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

/** Where each of several files goes: `model.onnx` becomes `model.attention.onnx`; without it, `attention.onnx`. */
export function fileNames(places: readonly string[], out: string | undefined): string[] {
  const safe = places.map((place) => place.replaceAll(/[^\w-]/g, "_"));
  const again = safe.find((name, i) => safe.indexOf(name) < i);
  if (again !== undefined)
    throw new RangeError(`export: places must have names of their own, got ${JSON.stringify(again)} twice`);
  if (out === undefined) return safe.map((name) => `${name}.onnx`);
  if (places.length === 1) return [out];
  const ending = extname(out);
  return safe.map((name) => join(dirname(out), `${basename(out, ending)}.${name}${ending}`));
}

/**
 * Each file is written beside its place, and when all are there, they are renamed.
 *
 * @throws Error where one cannot be written
 */
export function writeFiles(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): void {
  const parts: string[] = [];
  try {
    for (const { path, bytes } of files) {
      const part = join(dirname(path), `.${basename(path)}.part`);
      parts.push(part);
      writeFileSync(part, bytes);
    }
    files.forEach(({ path }, i) => void renameSync(parts[i]!, path));
  } catch (error) {
    for (const part of parts) rmSync(part, { force: true });
    throw new Error(`export: --out must be a file that can be written: ${(error as Error).message}`);
  }
}
