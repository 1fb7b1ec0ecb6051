import { checks } from "@posenc/core";
import { engine, mul, type Optimizer, type Tensor, tidy, train } from "@tensorflow/tfjs-core";
import { applyAdam, type Gradients, isFused, named } from "./adam-step.ts";

export interface AdamWOptions {
  /** 1e-3 unless given. */
  readonly learningRate?: number;
  /** Decay of the first moment; 0.9 unless given. */
  readonly beta1?: number;
  /** Decay of the second moment; 0.999 unless given. */
  readonly beta2?: number;
  /** 1e-8 unless given. */
  readonly epsilon?: number;
  /** In each step every value loses learningRate · weightDecay of itself; 0.01 unless given. */
  readonly weightDecay?: number;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as an optimizer of tf.js. All variables decay. What
 * `getConfig` and `getWeights` give is that of Adam.
 *
 * @throws TypeError, RangeError for a bad option
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const known = ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"];
  checks.checkNames("adamW", options, known);
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  for (const [name, value] of Object.entries({ learningRate, epsilon }))
    checks.checkPositive("adamW", name, value);
  for (const [name, value] of Object.entries({ beta1, beta2 }))
    checks.checkBetween("adamW", name, value, 0, 1);
  checks.checkBetween("adamW", "weightDecay", weightDecay, 0, 1 / learningRate);

  const optimizer = train.adam(learningRate, beta1, beta2, epsilon);
  const adam = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients: Gradients) => {
    const rate = (optimizer as unknown as { learningRate: number }).learningRate;
    const keep = 1 - rate * weightDecay;
    if (isFused(gradients)) {
      return applyAdam(optimizer, gradients, keep);
    }
    tidy(() => {
      for (const [name, gradient] of named(gradients)) {
        if (gradient === null || gradient === undefined) continue;
        const variable = engine().registeredVariables[name]!;
        variable.assign(mul(variable as Tensor, keep));
      }
    });
    adam(gradients);
  };
  return optimizer;
}
