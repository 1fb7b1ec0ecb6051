/**
 * Every encoder's file, and a model's, through the checker and the shape inference of Python's `onnx` package. From
 * the root of the repository, once `npm test` or `npm start` has installed it:
 *
 *   apt-get install python3-onnx                              (Debian's, 1.12; or pip install onnx)
 *   PYTHON=/usr/bin/python3 node packages/onnx/scripts/check-with-onnx.mjs
 *
 * Opset 17 is what onnx 1.12 knows; `--opset 23` needs onnx 1.18.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createServer } from "vite";

const conditions = ["@posenc/source"];
const server = await createServer({
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, ws: false },
  appType: "custom",
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
const load = (path) =>
  server.ssrLoadModule(
    `${import.meta.dirname}/../../${path}/src/${path === "conformance" ? "every-encoder" : "index"}.ts`,
  );
const { everyEncoder } = await load("conformance");
const { initialise, rope } = await load("core");
const { transformer } = await load("model");
const { exportEncoder, exportModel } = await load("onnx");

const { opset } = parseArgs({ options: { opset: { type: "string", default: "17" } } }).values;
const folder = mkdtempSync(join(tmpdir(), "posenc-"));
const options = [{}, { inline: true }, { dtype: "float16" }].map((form) => ({
  opset: Number(opset),
  ...form,
}));
try {
  let count = 0;
  const write = (name, bytes) => writeFileSync(join(folder, `${++count} ${name}.onnx`), bytes);
  for (const encoder of everyEncoder) {
    const values = initialise(encoder.parameters, 1);
    for (const form of options) write(encoder.name, exportEncoder(encoder, { ...form, values }));
  }
  const sizes = { vocabulary: 7, outputs: 7, dim: 16, heads: 2, blocks: 2, causal: true, head: "token" };
  const model = transformer({ ...sizes, encoder: rope({ dim: 8 }) });
  const values = initialise(model.parameters, 1);
  for (const form of options) write("transformer", exportModel(model, values, form));
  const check = `
import glob, sys, onnx
files = sorted(glob.glob(sys.argv[1] + "/*.onnx"))
for name in files:
    try:
        onnx.checker.check_model(name, full_check=True)
        model = onnx.shape_inference.infer_shapes(onnx.load(name), check_type=True, strict_mode=True, data_prop=True)
    except Exception as error:
        sys.exit(name + ": " + str(error))
print("onnx", onnx.__version__ + ":", len(files), "files pass the checker and shape inference")
`;
  execFileSync(process.env.PYTHON ?? "python3", ["-c", check, folder], { stdio: "inherit" });
} finally {
  rmSync(folder, { recursive: true });
  await server.close();
}
