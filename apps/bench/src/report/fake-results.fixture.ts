import { tasks } from "@posenc/benchmarks";
import { random } from "@posenc/core";
import type {
  AnalysisResult,
  Backend,
  EncoderResult,
  PictureResult,
  Results,
  RunResult,
  SpeedResult,
} from "../results.ts";

/** Made-up results for the report's tests, shaped like those of a real run. */
export function fakeResults(seeds: readonly number[] = [0]): Results {
  const encoders = [
    fakeEncoder("none", "nothing", "No positions: what attention can do without."),
    fakeEncoder("sinusoidal", "order", "Sines and cosines of the position, added to the embeddings."),
    fakeEncoder("learned", "order", "A trained vector for each position, added to the embeddings."),
    fakeEncoder("rope", "order", "Queries and keys turned by angles that grow with the position."),
    fakeEncoder("alibi (symmetric)", "distance", "A penalty on the distance, the same to both sides."),
    fakeEncoder("alibi (split)", "order", "Half of the heads look left only, half right only."),
  ];
  return {
    schema: 1,
    startedAt: "2026-03-14T15:09:26.000Z",
    finishedAt: "2026-03-14T15:11:59.000Z",
    complete: true,
    command: "posenc compare --dim 128 --epochs 5",
    options: { dim: 128, heads: 8, epochs: 5, learningRate: 0.0003, encoders: encoders.map(({ id }) => id) },
    seeds,
    samples: { train: 2048, heldOut: 512 },
    versions: { "@posenc/core": "0.1.0", "@tensorflow/tfjs-core": "4.22.0", "onnxruntime-node": "1.30.0" },
    machine: {
      cpu: "Imaginary CPU @ 3.00GHz",
      cores: 2,
      memoryGiB: 7.8,
      node: "20.20.2",
      platform: "linux x64",
    },
    tasks: Object.values(tasks).map(({ name, title, question, ceilings }) => ({
      name,
      title,
      question,
      ceilings,
    })),
    encoders,
    runs: encoders.flatMap((encoder) =>
      Object.values(tasks).flatMap((task) =>
        seeds.map((seed) => fakeRun(encoder, task.name, finalAccuracy(encoder, task), seed)),
      ),
    ),
    speed: encoders.slice(1).flatMap(fakeSpeed),
    pictures: [sinusoids(), distances()],
    analysis: fakeAnalysis(),
  };
}

function fakeEncoder(id: string, sees: EncoderResult["sees"], about: string): EncoderResult {
  return { id, sees, about, json: { name: id.split(" ")[0]!, options: { dim: 128 } } };
}

type Ceilings = Results["tasks"][number]["ceilings"];

function finalAccuracy({ sees }: EncoderResult, { ceilings }: { ceilings: Ceilings }): number {
  if (sees === "nothing") return ceilings.withoutPositions.accuracy;
  return sees === "distance" ? (ceilings.symmetricDistance?.accuracy ?? 0.9) : 0.985;
}

function fakeRun({ id }: EncoderResult, task: string, reached: number, seed: number): RunResult {
  const { uniform } = random(seed, id + task);
  const speed = 0.4 + 1.2 * uniform();
  const epochs = Array.from({ length: 5 }, (_, i) => {
    const progress = reached <= 0.5 ? 1 : 1 - Math.exp(-speed * (i + 0.6));
    const accuracy = 0.22 + (reached - 0.22) * progress + 0.02 * (uniform() - 0.5);
    const loss = 1.9 * (1 - accuracy) ** 1.1 + 0.03 * uniform();
    const rounded = Math.round(Math.min(1, accuracy) * 512) / 512;
    return {
      epoch: i + 1,
      trainLoss: loss,
      heldOutLoss: 1.07 * loss,
      heldOutAccuracy: rounded,
      seconds: 1.7,
    };
  });
  const accuracy = epochs.at(-1)!.heldOutAccuracy;
  const onnx = { bytes: 812_345, accuracy, samePredictions: 512, samples: 512, maxDifference: 1.9e-6 };
  return { encoder: id, task, seed, parameters: 201_860, epochs, seconds: 8.7, onnx };
}

function fakeSpeed({ id }: EncoderResult, i: number): SpeedResult[] {
  const factors: Record<Backend, number> = {
    "typed arrays": 1,
    "@posenc/wasm": 0.2,
    "tf.js cpu": 9,
    "tf.js wasm": 4,
    onnxruntime: 2.2,
  };
  return [
    ["1 × 10 tokens × 512", 11.7],
    ["8 × 128 tokens × 512", 2345],
  ].flatMap(([workload, base]) =>
    Object.entries(factors).map(([backend, factor]) => {
      const median = (base as number) * factor * (1 + 0.7 * i);
      const microseconds = { median, low: 0.9 * median, high: 1.25 * median };
      return {
        encoder: id,
        workload: workload as string,
        backend: backend as Backend,
        microseconds,
        ratio: 1 / factor,
      };
    }),
  );
}

function fakeAnalysis(): AnalysisResult[] {
  const waves = (distance: number) =>
    Array.from({ length: 16 }, (_, i) => Math.cos(distance / 10_000 ** (i / 16)) / 16).reduce(
      (a, b) => a + b,
    );
  const distances = Array.from({ length: 127 }, (_, i) => i - 63);
  const shared = { length: 64, heads: 1, distances, atZero: 0, shiftSpread: 0, shiftInvariant: true };
  return [
    { ...shared, encoder: "none", relation: "ratio", relative: distances.map(() => null) },
    { ...shared, encoder: "rope", relation: "ratio", relative: distances.map(waves) },
    {
      ...shared,
      encoder: "alibi (symmetric)",
      relation: "weight",
      heads: 8,
      relative: distances.map((distance) => Math.exp(-Math.abs(distance) / 8)),
    },
    {
      ...shared,
      encoder: "learned",
      relation: "ratio",
      relative: distances.map((distance) => (distance === 0 ? 1 : 0.1 * Math.sin(distance ** 2))),
      shiftInvariant: false,
      atZero: 0.0513,
      shiftSpread: 0.0041,
    },
  ];
}

function sinusoids(): PictureResult {
  const values = Array.from({ length: 64 * 128 }, (_, at) => {
    const [position, i] = [Math.floor(at / 128), at % 128];
    const angle = position / 10_000 ** ((i - (i % 2)) / 128);
    return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return {
    encoder: "sinusoidal",
    title: "what is added to the embeddings",
    axes: { x: "dimension", y: "position" },
    shape: [64, 128],
    values,
    caption: "Row p is the vector of position p: 64 positions × 128 dimensions.",
  };
}

function distances(): PictureResult {
  return {
    encoder: "alibi (symmetric)",
    title: "what is added to the scores of head 1 of 8",
    axes: { x: "position of the key", y: "position of the query" },
    shape: [24, 24],
    values: Array.from({ length: 24 * 24 }, (_, at) => -0.5 * Math.abs(Math.floor(at / 24) - (at % 24))),
    caption: "Each square is a pair of tokens; 0 leaves the score as it is, below 0 the pair counts less.",
  };
}
