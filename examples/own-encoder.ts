// An encoder of your own: RoPE whose frequencies are learned. Nothing else in posenc knows of it, and yet it
// trains in TensorFlow.js and runs in ONNX Runtime.
import "@tensorflow/tfjs";
import { dataset, tasks } from "@posenc/benchmarks";
import { rotary } from "@posenc/core";
import { transformer } from "@posenc/model";
import { createModelSession } from "@posenc/onnxruntime";
import { predict, train } from "@posenc/tfjs";
import { useWasm } from "@posenc/tfjs/wasm";
import * as ort from "onnxruntime-node";

const learnedRope = ({ dim }: { dim: number }) =>
  rotary({
    name: "learned-rope",
    options: { dim },
    dim,
    parameters: { frequencies: { shape: [dim / 2], init: { normal: 0.5 } } },
    turns: ({ sincos }, positions, { frequencies }) => sincos(positions, frequencies),
  });

await useWasm();
const model = transformer({
  vocabulary: 10,
  outputs: 4,
  dim: 32,
  heads: 4,
  encoder: learnedRope({ dim: 8 }),
});
const data = dataset(tasks.first, { train: 512, heldOut: 128, seed: 1 });
const { epochs, values } = await train({ model, ...data, epochs: 6, learningRate: 5e-3 });
export const accuracy: number = epochs.at(-1)!.heldOutAccuracy;
console.log(`accuracy ${accuracy}, frequencies ${values["encoder.frequencies"]}`);

const session = await createModelSession(model, values, ort);
const here = (await predict(model, values, data.heldOut.tokens)).data;
const there = (await session.run(data.heldOut.tokens)).data;
await session.dispose();
export const difference: number = Math.max(...here.map((logit, i) => Math.abs(logit - there[i]!)));
console.log(`largest difference of two logits, TensorFlow.js and ONNX Runtime: ${difference}`);
