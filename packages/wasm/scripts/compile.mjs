// assembly/*.ts → src/kernels.wasm.ts. With --check: fails where the two do not agree.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = fileURLToPath(new URL("../src/kernels.wasm.ts", import.meta.url));
const options = [
  ...["--enable", "simd"],
  ...["--runtime", "stub"],
  ...["--importMemory", "--noExportMemory"],
  ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--converge", "--noAssert"],
  ...["--use", "abort="],
];

async function compile() {
  let binary;
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", "--outFile", "kernels.wasm", "--baseDir", root, ...options],
    {
      writeFile(_name, contents) {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr}`);
  // gzip finds the repetitions of bytes in hexadecimal digits, but not in base64
  const digits = Buffer.from(binary).toString("hex");
  return `/** The module made of assembly/, by \`pnpm compile\`, in hexadecimal digits. */\nexport const KERNELS =\n  "${digits}";\n`;
}

const text = await compile();
if (!process.argv.includes("--check")) await writeFile(target, text);
else if (text !== (await readFile(target, "utf8"))) {
  console.error("src/kernels.wasm.ts is not what assembly/ gives: run `pnpm compile` in packages/wasm");
  process.exitCode = 1;
}
