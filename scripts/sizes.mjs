// What size-limit weighs: what a package's users get when they bundle it, minified, as an ES module.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const folder = fileURLToPath(new URL("../node_modules/.cache/bundles/", import.meta.url));
const packages = fileURLToPath(new URL("../packages/", import.meta.url));

const { encoders } = await import(new URL("../packages/core/dist/index.js", import.meta.url));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const checks = [
  await check("all encoders", "12 kB", "core", "{ encoders }"),
  await check("rope and yarnScaling", "3 kB", "core", "{ rope, yarnScaling }"),
  await check("@posenc/wasm", "16 kB", "wasm", "*", ["@posenc/core"]),
];
for (const name of Object.keys(encoders)) {
  checks.push(await check(name, "3 kB", "core", `{ ${name} }`));
}
export default checks;

/** @param external what is weighed elsewhere */
async function check(name, limit, from, names, external = []) {
  const file = name.replaceAll(/\W/g, "-");
  const entry = join(folder, `${file}.entry.js`);
  writeFileSync(entry, `export ${names} from ${JSON.stringify(join(packages, from, "dist", "index.js"))};\n`);
  await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    build: {
      lib: { entry, formats: ["es"], fileName: file },
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { external, output: { minify: true } },
    },
  });
  return { name, path: join(folder, `${file}.js`), limit, gzip: true };
}
