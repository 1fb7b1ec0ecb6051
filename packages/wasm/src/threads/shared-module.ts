import { kernelBytes } from "../kernel-bytes.ts";
import { webAssembly } from "../web-assembly.ts";

/** Ids of the WebAssembly binary format. */
const [IMPORT_SECTION, MEMORY_IMPORT, SHARED_WITH_MAXIMUM] = [2, 2, 3];
const HEADER = 8;
/** 65536 pages, the most there can be, as LEB128. */
const MAXIMUM = [0x80, 0x80, 0x04];

/**
 * The kernels compiled for a memory that threads share. The instructions are the same, so are the bits they give.
 *
 * @throws CompileError where SIMD or threads are missing
 */
export function sharedModule(): object {
  const bytes = kernelBytes();
  return new webAssembly!.Module(withSharedMemory(bytes));
}

/**
 * The same module, with the memory it imports declared as shared; nothing else may be imported.
 *
 * @throws TypeError for a module of another kind
 */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = HEADER;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const section = at;
    const [id, size] = [next(), next()];
    const [start, end] = [at, at + size];
    if (id === IMPORT_SECTION) {
      const imports = next();
      for (const _ of ["module", "field"]) {
        const length = next();
        at += length;
      }
      const kind = next();
      if (imports !== 1 || kind !== MEMORY_IMPORT) break;
      const before = bytes.subarray(start, at);
      next(); // the flags that there are
      const least = at;
      next();
      const content = [...before, SHARED_WITH_MAXIMUM, ...bytes.subarray(least, at), ...MAXIMUM];
      if (content.length > 127) break;
      return Uint8Array.of(
        ...bytes.subarray(0, section),
        IMPORT_SECTION,
        content.length,
        ...content,
        ...bytes.subarray(end),
      );
    }
    at = end;
  }
  throw new TypeError("withSharedMemory: bytes must be a module that imports one memory and nothing else");
}
