import "@tensorflow/tfjs-backend-wasm";
import {
  AdamOptimizer,
  backend as currentBackend,
  getBackend,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type Tensor,
  tidy,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { ADAM, fuseAdam } from "../adam-step.ts";
import { LAYER_NORM, LAYER_NORM_GRADIENT } from "../layer-norm.ts";
import { plainTfjs, SINCOS } from "../ops.ts";
import { ROTATE } from "../rotate.ts";
import type { WasmBackend } from "../wasm/backend.ts";
import { ours } from "../wasm/ours.ts";
import { unsortedSegmentSum } from "../wasm/unsorted-segment-sum.ts";
import { adam } from "./adam.ts";
import { useFusedGradients } from "./gradients.ts";
import { heapOf } from "./heap.ts";
import { obstacle } from "./kernels.ts";
import { matMul } from "./mat-mul.ts";
import { cast, concat, gather, identity, slice, splitV } from "./move.ts";
import { layerNorm, layerNormGradient, reluGradient, softmax, softmaxGradient } from "./normalise.ts";
import { mean, sum } from "./reduce.ts";
import type { Replacement } from "./replacement.ts";
import { rotate } from "./rotate.ts";
import { segmentSum } from "./segment-sum.ts";
import { sincos } from "./sincos.ts";
import { transpose } from "./transpose.ts";

const BACKEND = "wasm";

const replacements: Readonly<Record<string, Replacement>> = {
  BatchMatMul: matMul,
  Cast: cast,
  Concat: concat,
  GatherV2: gather,
  Identity: identity,
  Mean: mean,
  Slice: slice,
  Softmax: softmax,
  SplitV: splitV,
  Sum: sum,
  Transpose: transpose,
};

/** Kernels that the backend lacks, and what takes the calls that ours leave. */
const additions: Readonly<Record<string, { run: Replacement; otherwise?: KernelFunc }>> = {
  UnsortedSegmentSum: { run: segmentSum, otherwise: unsortedSegmentSum },
  [ROTATE]: { run: rotate, otherwise: composedRotate },
  [SINCOS]: { run: sincos },
  [LAYER_NORM]: { run: layerNorm },
  [LAYER_NORM_GRADIENT]: { run: layerNormGradient },
  PosencSoftmaxGradient: { run: softmaxGradient },
  PosencReluGradient: { run: reluGradient },
  [ADAM]: { run: adam },
};

/** What {@link installWasmKernels} did. */
export interface WasmKernels {
  /** The kernels of the wasm backend that are ours now, by name; none where they cannot run. */
  readonly replaced: readonly string[];
  /** Why they cannot run here. */
  readonly obstacle?: string;
}

/**
 * Makes the WebAssembly backend of tf.js fit for training: SIMD kernels on the backend's own memory take the place of
 * slow and missing ones, for everybody in the process, in Node and in browsers. Calls that they do not take (strings,
 * odd axes) go to the kernels that were there. Which backend is set does not change, and other backends stay as they
 * are. Idempotent; before or after the backend is started.
 */
export function installWasmKernels(): WasmKernels {
  const reason = obstacle();
  if (reason !== undefined) return { replaced: [], obstacle: reason };
  if (getBackend() === BACKEND) {
    try {
      heapOf(currentBackend() as WasmBackend);
    } catch (error) {
      return { replaced: [], obstacle: messageOf(error) };
    }
  }
  for (const [name, run] of Object.entries(replacements)) replace(name, run);
  for (const [name, { run, otherwise }] of Object.entries(additions)) replace(name, run, otherwise);
  fuseAdam(AdamOptimizer.prototype);
  useFusedGradients();
  return { replaced: [...Object.keys(replacements), ...Object.keys(additions)] };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const before = new Map<string, KernelConfig | undefined>();

function replace(kernelName: string, run: Replacement, otherwise?: KernelFunc): void {
  const stock = getKernel(kernelName, BACKEND) as KernelConfig | undefined;
  if (stock !== undefined && ours.has(stock)) return;
  const rest = stock?.kernelFunc ?? otherwise;
  const config: KernelConfig = {
    ...stock,
    kernelName,
    backendName: BACKEND,
    setupFunc(backend) {
      stock?.setupFunc?.(backend);
      prepare(backend as WasmBackend);
    },
    kernelFunc(call) {
      const backend = call.backend as WasmBackend;
      const inputs = call.inputs as Parameters<Replacement>[0]["inputs"];
      const result = run({ inputs, attributes: call.attrs ?? {}, heap: heapOf(backend), backend });
      if (result !== undefined) return result;
      if (rest === undefined) throw new TypeError(`${kernelName}: not for these tensors`);
      return rest(call);
    },
  };
  if (stock !== undefined) unregisterKernel(kernelName, BACKEND);
  registerKernel(config);
  before.set(kernelName, stock);
  ours.add(getKernel(kernelName, BACKEND));
}

/** Puts back what {@link installWasmKernels} replaced, and takes away what it added. */
export function removeWasmKernels(): void {
  for (const [name, stock] of before) {
    unregisterKernel(name, BACKEND);
    if (stock !== undefined) registerKernel(stock);
  }
  before.clear();
}

/** When the backend starts. What cannot run on it is taken back. */
function prepare(backend: WasmBackend): void {
  try {
    heapOf(backend);
    useFusedGradients();
  } catch (error) {
    removeWasmKernels();
    console.warn(`posenc: the kernels for the wasm backend are not used: ${messageOf(error)}`);
  }
}

/** Where a turn is larger than what it turns. */
function composedRotate({ inputs, attrs }: Parameters<KernelFunc>[0]) {
  const { x, sin, cos } = inputs as Record<"x" | "sin" | "cos", Tensor>;
  const layout = attrs as unknown as Parameters<typeof plainTfjs.rotate>[2];
  return tidy(() => plainTfjs.rotate(x!, { sin: sin!, cos: cos! }, layout));
}
