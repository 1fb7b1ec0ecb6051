// Trains a classifier with rotary positions in TensorFlow.js (WebAssembly backend), writes it to an ONNX file,
// and runs the file in ONNX Runtime without posenc.
import "@tensorflow/tfjs";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataset, tasks } from "@posenc/benchmarks";
import { rope } from "@posenc/core";
import { transformer } from "@posenc/model";
import { exportModel } from "@posenc/onnx";
import { train } from "@posenc/tfjs";
import { useWasm } from "@posenc/tfjs/wasm";
import * as ort from "onnxruntime-node";

await useWasm();

// Who did it? "dog bit man" is not "man bit dog".
const task = tasks.agent;
const { train: samples, heldOut } = dataset(task, { train: 1024, heldOut: 256, seed: 1 });
const model = transformer({
  vocabulary: task.vocabulary,
  outputs: task.classes,
  dim: 64,
  heads: 8,
  encoder: rope({ dim: 8 }),
});
const { values, epochs } = await train({
  model,
  train: samples,
  heldOut,
  epochs: 3,
  learningRate: 3e-3,
  onEpoch: ({ epoch, heldOutLoss, heldOutAccuracy }) =>
    console.log(`epoch ${epoch}: loss ${heldOutLoss.toFixed(3)}, accuracy ${heldOutAccuracy.toFixed(3)}`),
});

const file = join(mkdtempSync(join(tmpdir(), "posenc-")), "agent.onnx");
writeFileSync(file, exportModel(model, values));
console.log(`wrote ${file}`);

const session = await ort.InferenceSession.create(file);
const [count, length] = heldOut.tokens.shape as [number, number];
const { logits } = await session.run({
  tokens: new ort.Tensor("int64", BigInt64Array.from(heldOut.tokens.data, BigInt), [count, length]),
  positions: new ort.Tensor(
    "int64",
    BigInt64Array.from({ length }, (_, i) => BigInt(i)),
    [1, length],
  ),
});
const scores = logits!.data as Float32Array;
const right = heldOut.labels.filter((label, i) => {
  const row = scores.subarray(i * task.classes, (i + 1) * task.classes);
  return row.indexOf(Math.max(...row)) === label;
});
await session.release();

export const accuracyInTensorFlow: number = epochs.at(-1)!.heldOutAccuracy;
export const accuracyInOnnxRuntime: number = right.length / count;
console.log(`accuracy: TensorFlow.js ${accuracyInTensorFlow}, ONNX Runtime ${accuracyInOnnxRuntime}`);
