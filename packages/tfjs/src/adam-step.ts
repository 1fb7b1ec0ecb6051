import {
  type AdamOptimizer,
  engine,
  getBackend,
  getKernel,
  mul,
  type NamedAttrMap,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from "@tensorflow/tfjs-core";

/** value, gradient, first and second moment → new value and moments, in one pass; where a backend has it. */
export const ADAM = "PosencAdam";

export interface AdamAttributes {
  readonly beta1: number;
  readonly beta2: number;
  /** 1 − β^t of either moment, after t steps. */
  readonly rest1: number;
  readonly rest2: number;
  readonly rate: number;
  readonly epsilon: number;
  /** By what values are multiplied before the step. */
  readonly keep: number;
}

interface Moment {
  readonly originalName: string;
  readonly variable: Variable;
}

/** What tf.js keeps in an AdamOptimizer. */
interface AdamState {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
  readonly accumulatedFirstMoment: Moment[];
  readonly accumulatedSecondMoment: Moment[];
  incrementIterations(): void;
}

export type Gradients = Parameters<AdamOptimizer["applyGradients"]>[0];

/** The gradients by the names of their variables. */
export const named = (gradients: Gradients): [name: string, gradient: Tensor | null][] =>
  Array.isArray(gradients)
    ? gradients.map(({ name, tensor }) => [name, tensor])
    : Object.entries(gradients as Record<string, Tensor | null>);

/** {@link AdamOptimizer.applyGradients} with one kernel for each variable. All tensors are float32. */
export function applyAdam(optimizer: AdamOptimizer, gradients: Gradients, keep: number): void {
  const state = optimizer as unknown as AdamState;
  const { beta1, beta2, epsilon, learningRate: rate, accBeta1, accBeta2 } = state;
  const [power1, power2] = [accBeta1.dataSync()[0]!, accBeta2.dataSync()[0]!];
  const attributes: AdamAttributes = {
    ...{ beta1, beta2, epsilon, rate, keep },
    rest1: Math.fround(1 - power1),
    rest2: Math.fround(1 - power2),
  };
  tidy(() => {
    named(gradients).forEach(([name, gradient], i) => {
      const value = engine().registeredVariables[name]!;
      const moment = (moments: Moment[], suffix: string): Variable => {
        moments[i] ??= {
          originalName: `${name}/${suffix}`,
          variable: tidy(() => zerosLike(value as Tensor).variable(false)),
        };
        return moments[i].variable;
      };
      const first = moment(state.accumulatedFirstMoment, "m");
      const second = moment(state.accumulatedSecondMoment, "v");
      if (gradient === null || gradient === undefined) return;
      const results = engine().runKernel(
        ADAM,
        { value, gradient, first, second },
        attributes as unknown as NamedAttrMap,
      ) as Tensor[];
      [value, first, second].forEach((variable, j) => {
        variable.assign(results[j]!);
      });
    });
    accBeta1.assign(mul(accBeta1 as Tensor, beta1));
    accBeta2.assign(mul(accBeta2 as Tensor, beta2));
  });
  state.incrementIterations();
}

/** Whether the backend that is set has the kernel, and it takes these. */
export const isFused = (gradients: Gradients): boolean =>
  getKernel(ADAM, getBackend()) !== undefined &&
  named(gradients).every(
    ([name, gradient]) =>
      engine().registeredVariables[name]?.dtype === "float32" &&
      (gradient === null || gradient === undefined || gradient.dtype === "float32"),
  );

/** Makes every Adam of tf.js take one kernel for each variable where the backend has it. Idempotent. */
export function fuseAdam(prototype: AdamOptimizer): void {
  const stock = prototype.applyGradients;
  if (fusedSteps.has(stock)) return;
  prototype.applyGradients = function (this: AdamOptimizer, gradients: Gradients) {
    if (!isFused(gradients)) return stock.call(this, gradients);
    applyAdam(this, gradients, 1);
  };
  fusedSteps.add(prototype.applyGradients);
}

const fusedSteps = new WeakSet<AdamOptimizer["applyGradients"]>();
