import type { StepProgress } from "@posenc/tfjs";
import type { TraceData, TrainingStage } from "./data.ts";
import { renderEncoding, renderSum } from "./render/encoding.ts";
import { renderEmbeddings, renderOpening } from "./render/input.ts";
import { renderPrediction } from "./render/prediction.ts";
import { renderInsight, renderQuizOffer } from "./render/quiz.ts";
import { styleFor } from "./render/style.ts";
import { renderEpoch, renderStep, renderTrainingEnd, renderTrainingStart } from "./render/training.ts";
import { describeRun, prepare, type Setup, type TraceOptions } from "./setup.ts";
import { embeddings } from "./stages/embeddings.ts";
import { encoding } from "./stages/encoding.ts";
import { insight } from "./stages/insight.ts";
import { prediction } from "./stages/prediction.ts";
import { quiz } from "./stages/quiz.ts";
import { sum } from "./stages/sum.ts";
import { beforeTraining, type TrainingProgress, training } from "./stages/training.ts";
import { takeQuiz } from "./take-quiz.ts";

export type { TraceData } from "./data.ts";
export type { TraceOptions } from "./setup.ts";

/** Empties the line of a terminal. */
const CLEAR = "\r\x1b[K";

export interface TraceOutput {
  write(text: string): void;
  /** Width of the terminal in characters; 80 unless given. */
  readonly columns?: number;
  /** A person watches: colours, and a line that shows the step. */
  readonly interactive: boolean;
  /** Undefined where the input has ended. Needed for the quiz. */
  ask?(question: string): Promise<string | undefined>;
}

/**
 * Follows one sample through a model, from its words to the answer, and the model through its training, on the
 * tf.js backend that is set. Prints each stage as soon as it is known, or in the end the data as JSON.
 *
 * @param signal stops the training; what is known by then is printed and returned
 * @throws TypeError, RangeError for a bad option, before any work
 */
export async function trace(
  options: TraceOptions,
  output: TraceOutput,
  signal?: AbortSignal,
): Promise<TraceData> {
  const asks = options.quiz && !options.json;
  if (asks && output.ask === undefined)
    throw new TypeError("trace: output.ask must be a function where quiz is true, got undefined");
  const setup = prepare(options);
  const style = styleFor(output.columns, output.interactive);
  const print = (text: string) => {
    if (!options.json) output.write(text);
  };
  const shown = <S>(stage: S, render: (stage: S) => string): S => {
    print(render(stage));
    return stage;
  };

  const run = shown(describeRun(options), (run) => renderOpening(run, style));
  const words = shown(embeddings(setup), (stage) => renderEmbeddings(stage, style));
  const encoded = shown(encoding(setup), (stage) => renderEncoding(stage, style));
  const summed = shown(sum(setup), (stage) => renderSum(stage, style));
  const before = shown(beforeTraining(setup), (stage) => renderTrainingStart(run, stage, style));
  const trained = await training(setup, before, watch(), signal);
  if (output.interactive) print(CLEAR);
  const stage = shown(trained.stage, (stage) => renderTrainingEnd(run, stage, style));
  const known = {
    schema: 1,
    run,
    embeddings: words,
    encoding: encoded,
    sum: summed,
    training: stage,
  } as const;
  const data = stage.interrupted ? known : { ...known, ...(await theRest(setup, stage)) };
  if (options.json) output.write(`${JSON.stringify(data, null, 2)}\n`);
  return data;

  /** Prediction, quiz and insight. */
  async function theRest(setup: Setup, stage: TrainingStage) {
    const predicted = shown(prediction(setup, trained.values), (it) => renderPrediction(it, words, style));
    const { encoder, task, seed } = options;
    const questions = quiz({ encoder, about: setup.about, task, seed, encoding: encoded, training: stage });
    if (asks) await takeQuiz(questions, { write: print, ask: output.ask! }, style, signal);
    else print(renderQuizOffer(questions, style));
    const sentences = shown(insight(run, encoded, stage), (it) => renderInsight(it, style));
    return { prediction: predicted, quiz: questions, insight: sentences };
  }

  function watch(): TrainingProgress {
    const clear = output.interactive ? CLEAR : "";
    const onStep = (progress: StepProgress) => print(clear + renderStep(progress));
    return {
      ...(output.interactive && { onStep }),
      onEpoch: (epoch, previous) => print(clear + renderEpoch(epoch, previous, style)),
    };
  }
}
