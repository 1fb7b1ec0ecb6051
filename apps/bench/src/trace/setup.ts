import { type Dataset, dataset, LENGTH, rowOf, type Task } from "@posenc/benchmarks";
import {
  array,
  checkPositions,
  checks,
  type Encoder,
  initialise,
  type NdArray,
  range,
  toJSON,
  typedArrays,
} from "@posenc/core";
import { type Transformer, transformer } from "@posenc/model";
import type { About } from "../about/about.ts";
import { aboutAny } from "../about/any.ts";
import type { Run } from "./data.ts";

export interface TraceOptions {
  /** Made for a model of `dim` and `heads`. */
  readonly encoder: Encoder;
  readonly encoderTitle: string;
  /** Words on the encoder; by its kind and options unless given. */
  readonly about?: About;
  readonly task: Task;
  /** Length of an embedding. */
  readonly dim: number;
  readonly heads: number;
  readonly seed: number;
  readonly epochs: number;
  /** To train on. */
  readonly samples: number;
  /** To judge by. */
  readonly heldOut: number;
  /** Print the data and nothing else. */
  readonly json: boolean;
  /** Ask the questions of the quiz; without effect in JSON, where they are part of the data. */
  readonly quiz: boolean;
}

/** What the stages work on. */
export interface Setup {
  readonly options: TraceOptions;
  readonly about: About;
  readonly model: Transformer;
  readonly data: Dataset;
  /** The values of the model's parameters before training. */
  readonly initial: Readonly<Record<string, NdArray>>;
  /** Those of the encoder alone, by its own names. */
  readonly encoderValues: Readonly<Record<string, NdArray>>;
  /** 0 … 9 */
  readonly positions: NdArray;
  /** The held-out sample that is followed. */
  readonly tokens: Int32Array;
  readonly label: number;
}

/** @throws TypeError, RangeError for a bad option, or an encoder that was made for other sizes */
export function prepare(options: TraceOptions): Setup {
  const { encoder, task, dim, heads, seed, samples, heldOut } = options;
  checks.checkCount("trace", "epochs", options.epochs);
  checks.checkCount("trace", "seed", seed, 0);
  const model = transformer({ vocabulary: task.vocabulary, outputs: task.classes, dim, heads, encoder });
  const positions = range(LENGTH);
  checkPositions(encoder.name, "positions", typedArrays.describe(positions), encoder.positions);
  const data = dataset(task, { train: samples, heldOut, seed });
  const initial = withShapes(model, initialise(model.parameters, seed));
  return {
    options,
    about: options.about ?? aboutAny(encoder),
    model,
    data,
    initial,
    encoderValues: Object.fromEntries(
      Object.keys(encoder.parameters).map((name) => [name, initial[`encoder.${name}`]!]),
    ),
    positions,
    tokens: rowOf(data.heldOut, 0),
    label: data.heldOut.labels[0]!,
  };
}

export function withShapes(
  { parameters }: Transformer,
  values: Readonly<Record<string, Float32Array>>,
): Record<string, NdArray> {
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, array(data, parameters[name]!.shape)]),
  );
}

export function describeRun(options: TraceOptions): Run {
  const { encoder, encoderTitle, task, dim, heads, seed, epochs, samples, heldOut } = options;
  return {
    encoder: toJSON(encoder),
    kind: encoder.kind,
    encoderTitle,
    task: { name: task.name, title: task.title, question: task.question, classes: [...task.labels] },
    dim,
    heads,
    seed,
    epochs,
    samples,
    heldOut,
  };
}
