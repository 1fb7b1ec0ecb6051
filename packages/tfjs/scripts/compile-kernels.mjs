/**
 * Compiles assembly/ to src/wasm-kernels/kernels.wasm.ts: `node scripts/compile-kernels.mjs`.
 * Base64 in the source, because no two bundlers agree on how a .wasm file is found.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = fileURLToPath(new URL("..", import.meta.url));
const target = `${folder}src/wasm-kernels/kernels.wasm.ts`;

/** The text of the generated file. @throws Error with the compiler's messages */
export async function compileKernels() {
  const outputs = {};
  const { error, stderr } = await asc.main(
    [
      ...["assembly/index.ts", "--outFile", "kernels.wasm", "-O3", "--noAssert", "--runtime", "stub"],
      ...["--enable", "simd", "--importMemory", "--sharedMemory", "--enable", "threads"],
      ...["--baseDir", folder, "--initialMemory", "1", "--maximumMemory", "65536", "--noExportMemory"],
    ],
    {
      writeFile: (name, contents) => {
        outputs[name] = contents;
      },
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const base64 = Buffer.from(outputs["kernels.wasm"]).toString("base64");
  return [
    "// Generated from assembly/ by scripts/compile-kernels.mjs. Do not edit.",
    `export const kernelsBase64 =\n  "${base64}";\n`,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await compileKernels());
