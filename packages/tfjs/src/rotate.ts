/**
 * `rotate` as a tf.js kernel of our own, so that it has a gradient of its own and a backend can bring a faster one:
 * register "PosencRotate" for it.
 */
import { type Composites, completeOps, type Primitives, type RotaryLayout } from "@posenc/core";
import {
  engine,
  getBackend,
  getGradient,
  getKernel,
  type NamedAttrMap,
  registerGradient,
  registerKernel,
  reshape,
  sum,
  type Tensor,
  tidy,
} from "@tensorflow/tfjs-core";

export const ROTATE = "PosencRotate";

export function rotateKernel(primitives: Primitives<Tensor>): Composites<Tensor>["rotate"] {
  const body = completeOps(primitives).rotate;
  const { add, flatten, mul, neg, split, sub, swapAxes, unflatten } = primitives;

  return (x, { sin, cos }, { pairing, dim, rotaryDim }) => {
    register();
    const attributes = { pairing, dim, rotaryDim } satisfies RotaryLayout;
    return run(x, sin, cos, attributes);
  };

  function run(x: Tensor, sin: Tensor, cos: Tensor, layout: RotaryLayout): Tensor {
    return engine().runKernel(ROTATE, { x, sin, cos }, layout as unknown as NamedAttrMap) as Tensor;
  }

  function register(): void {
    const backendName = getBackend();
    if (getKernel(ROTATE, backendName) === undefined) {
      registerKernel({
        kernelName: ROTATE,
        backendName,
        kernelFunc: ({ inputs, attrs }) => {
          const { x, sin, cos } = inputs as Record<"x" | "sin" | "cos", Tensor>;
          return tidy(() => body(x!, { sin: sin!, cos: cos! }, attrs as unknown as RotaryLayout));
        },
      });
    }
    if (getGradient(ROTATE) === undefined)
      registerGradient({ kernelName: ROTATE, inputsToSave: ["x", "sin", "cos"], gradFunc });
  }

  /** With respect to x the gradient is the rotation back; the turn gets its own only where it is learned. */
  function gradFunc(dy: Tensor | Tensor[], saved: Tensor[], attributes: NamedAttrMap) {
    const layout = attributes as unknown as RotaryLayout;
    const [x, sin, cos] = saved as [Tensor, Tensor, Tensor];
    const dOut = dy as Tensor;
    const members = () => ({ of: pair(x, layout), d: pair(dOut, layout) });
    return {
      x: () => sumTo(run(dOut, neg(sin), cos, layout), x.shape),
      sin: () => {
        const { of, d } = members();
        return sumTo(sub(mul(of[0], d[1]), mul(of[1], d[0])), sin.shape);
      },
      cos: () => {
        const { of, d } = members();
        return sumTo(add(mul(of[0], d[0]), mul(of[1], d[1])), cos.shape);
      },
    };
  }

  /** The first and the second members of the rotated pairs. */
  function pair(x: Tensor, { pairing, dim, rotaryDim }: RotaryLayout): [Tensor, Tensor] {
    const half = rotaryDim / 2;
    const rotated = rotaryDim < dim ? split(x, [rotaryDim, dim - rotaryDim], -1)[0]! : x;
    // in rank 5 the wasm backend cuts element by element
    const halves =
      pairing === "halves" ? rotated : flatten(swapAxes(unflatten(rotated, [half, 2]), -2, -1), rotaryDim);
    return split(halves, [half, half], -1) as [Tensor, Tensor];
  }
}

/** Undoes broadcasting: sums over the axes that `shape` lacks or has with length 1. */
function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  const missing = x.rank - shape.length;
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < missing || (shape[axis - missing] === 1 && x.shape[axis] !== 1));
  return axes.length === 0 ? x : reshape(sum(x, axes, true), [...shape]);
}
