import type { TraceData } from "../data.ts";
import { renderEncoding, renderSum } from "./encoding.ts";
import { renderEmbeddings, renderOpening } from "./input.ts";
import { renderPrediction } from "./prediction.ts";
import { renderInsight, renderQuizOffer } from "./quiz.ts";
import type { Style } from "./style.ts";
import { renderEpoch, renderTrainingEnd, renderTrainingStart } from "./training.ts";

/** A whole trace as text: what `posenc trace` prints bit by bit. */
export function renderTrace(data: TraceData, style: Style): string {
  const { run, embeddings, encoding, sum, training, prediction, quiz, insight } = data;
  return [
    renderOpening(run, style),
    renderEmbeddings(embeddings, style),
    renderEncoding(encoding, style),
    renderSum(sum, style),
    renderTrainingStart(run, training, style),
    ...training.epochs.map((epoch, i) => renderEpoch(epoch, training.epochs[i - 1], style)),
    renderTrainingEnd(run, training, style),
    ...(prediction ? [renderPrediction(prediction, embeddings, style)] : []),
    ...(quiz ? [renderQuizOffer(quiz, style)] : []),
    ...(insight ? [renderInsight(insight, style)] : []),
  ].join("");
}
