import { ARGUMENTS, LOOKS, STATE } from "./control.ts";
import { kernelNames } from "./divisions.ts";

/** What a worker runs, as text: no file to find for a bundler, no helpers of a compiler that it would lack. */
const program = `
"use strict";
const { job, left, done, kernel, complaints, closed } = ${JSON.stringify(STATE)};
function work({ module, memory, control: { state, parts, complaint } }, tell) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = ${JSON.stringify(kernelNames)}.map((name) => exports[name]);
  let seen = Atomics.load(state, job);
  tell("ready");
  while (Atomics.load(state, closed) === 0) {
    for (;;) {
      const part = Atomics.sub(state, left, 1) - 1;
      if (part < 0) break;
      try {
        const own = kernels[Atomics.load(state, kernel)];
        own(...parts.subarray(part * ${ARGUMENTS}, part * ${ARGUMENTS} + own.length));
      } catch (error) {
        const text = String(error).slice(0, complaint.length);
        for (let i = 0; i < text.length; i++) complaint[i] = text.charCodeAt(i);
        Atomics.store(state, complaints, text.length);
      }
      Atomics.add(state, done, 1);
      Atomics.notify(state, done);
    }
    for (let look = 0; look < ${LOOKS} && Atomics.load(state, job) === seen; look++);
    Atomics.wait(state, job, seen);
    seen = Atomics.load(state, job);
  }
}
`;

export const nodeSource = `${program}
const { parentPort, workerData } = require("node:worker_threads");
work(workerData, (text) => parentPort.postMessage(text));
`;

export const webSource = `${program}
onmessage = ({ data }) => {
  work(data, (text) => postMessage(text));
  close();
};
`;
