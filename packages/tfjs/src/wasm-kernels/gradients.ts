/** Gradients of tf.js's own kernels, by kernels of ours where they are there; as before on other backends. */
import {
  engine,
  type GradConfig,
  getBackend,
  getGradient,
  getKernel,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
  unregisterGradient,
} from "@tensorflow/tfjs-core";

interface Fused {
  readonly kernelName: string;
  /** The input that has the gradient. */
  readonly input: string;
  /** Our kernel, which takes `dy` and the tensor that the stock gradient saves, under this name. */
  readonly by: string;
  readonly saved: string;
}

const fused: readonly Fused[] = [
  { kernelName: "Relu", input: "x", by: "PosencReluGradient", saved: "x" },
  { kernelName: "Softmax", input: "logits", by: "PosencSoftmaxGradient", saved: "y" },
];

const ours = new WeakSet<GradConfig>();

/** Idempotent. Does nothing for a gradient that is not registered yet. */
export function useFusedGradients(): void {
  for (const each of fused) {
    const stock = getGradient(each.kernelName);
    if (stock === undefined || ours.has(stock)) continue;
    unregisterGradient(each.kernelName);
    registerGradient(withKernel(stock, each));
    ours.add(getGradient(each.kernelName));
  }
}

const isLast = (attributes: NamedAttrMap | undefined, { rank }: Tensor): boolean =>
  attributes?.dim === undefined || attributes.dim === rank - 1;

function withKernel(stock: GradConfig, { input, by, saved }: Fused): GradConfig {
  return {
    ...stock,
    gradFunc(dy, tensors, attributes) {
      const [tensor] = tensors as [Tensor];
      // a gradient of a gradient needs operations that have one
      const possible = getKernel(by, getBackend()) !== undefined && !engine().isTapeOn();
      if (!possible || tensor.dtype !== "float32" || tensor.size === 0 || !isLast(attributes, tensor))
        return stock.gradFunc(dy, tensors, attributes);
      return { [input]: () => engine().runKernel(by, { dy: dy as Tensor, [saved]: tensor }) as Tensor };
    },
  };
}
