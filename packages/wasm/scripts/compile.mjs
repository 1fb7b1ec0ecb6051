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
  const text = Array.from(binary, (byte) => digits((byte + 5) & 255)).join("");
  return `/** The module made of assembly/, by \`pnpm compile\`, as the text that kernelBytes reads. */\nexport const KERNELS =\n  ${JSON.stringify(text)};\n`;
}

/** One of 91 printable characters, or two for 89 and more: no quotation mark, no backslash. */
function digits(value) {
  const character = (digit) => String.fromCharCode(digit + (digit < 57 ? 35 : 36));
  if (value < 89) return character(value);
  return character(89 + Math.floor((value - 89) / 91)) + character((value - 89) % 91);
}

const text = await compile();
if (!process.argv.includes("--check")) await writeFile(target, text);
else if (text !== (await readFile(target, "utf8"))) {
  console.error("src/kernels.wasm.ts is not what assembly/ gives: run `pnpm compile` in packages/wasm");
  process.exitCode = 1;
}
