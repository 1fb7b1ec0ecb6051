import { checks, type NdArray, type Random, random, sizeOf } from "@posenc/core";
import { float16Bits, fromFloat16Bits, type InspectedValue, inspectModel } from "@posenc/onnx";
import type { Tensor } from "onnxruntime-common";
import { checkRuntime, type Runtime, type SessionOptions } from "./runtime.ts";
import { checkTensor } from "./tensors.ts";

export interface VerifyRewriteOptions {
  /** Inputs by name, in place of random ones; whole numbers as Int32Array. */
  readonly inputs?: Readonly<Record<string, NdArray>>;
  /**
   * Lengths by the name of the axis. Unless given, a batch (an axis with "batch" in its name, or a first one) is 2 and
   * any other 7; a sum of names is the sum of their lengths.
   */
  readonly lengths?: Readonly<Record<string, number>>;
  /** Of the random inputs; 1 unless given. */
  readonly seed?: number;
  /** Passed on to ONNX Runtime: execution providers, threads. */
  readonly session?: SessionOptions;
}

export interface VerifiedRewrite {
  /** The largest difference of any element of any output; infinite where one of the two is no number. */
  readonly largest: number;
  /** The same, output by output. */
  readonly outputs: Readonly<Record<string, number>>;
  /** The shapes that both files were run with. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

const WHO = "verifyRewrite";
const [BATCH, LENGTH, SMALL] = [2, 7, 5];

/**
 * Runs two files on the same inputs and compares what they give: a model before and after `rewriteRotary`. Random
 * inputs are normal numbers, whole numbers below 5 (1 where the name speaks of a mask), and truth values.
 *
 * @param runtime `import * as ort from "onnxruntime-node"`, or "onnxruntime-web"
 * @throws TypeError, RangeError for an input that cannot be made or does not fit, or outputs that differ in name or
 *   shape; the runtime's own errors where a file does not run
 */
export async function verifyRewrite(
  before: Uint8Array,
  after: Uint8Array,
  runtime: Runtime,
  options: VerifyRewriteOptions = {},
): Promise<VerifiedRewrite> {
  checkRuntime(WHO, runtime);
  checks.checkNames(WHO, options, ["inputs", "lengths", "seed", "session"]);
  const { inputs = {}, lengths = {}, seed = 1, session } = options;
  const declared = inspectModel(before).inputs;
  const unknown = Object.keys(inputs).find((name) => !declared.some((input) => input.name === name));
  if (unknown !== undefined)
    throw new TypeError(
      `${WHO}: unknown input ${checks.show(unknown)}; the model has ${declared.map(({ name }) => name).join(", ")}`,
    );
  for (const [name, length] of Object.entries(lengths)) checks.checkCount(WHO, `lengths.${name}`, length, 0);
  const source = random(seed, WHO);
  const feeds: Record<string, Tensor> = {};
  for (const input of declared) {
    const given = inputs[input.name];
    if (given !== undefined) checkTensor(WHO, `inputs.${input.name}`, given);
    const x = given ?? randomInput(input, shapeOf(input, lengths), source);
    feeds[input.name] = toTensor(runtime, input, x);
  }
  const expected = await run(runtime, before, feeds, session);
  const got = await run(runtime, after, feeds, session);
  const outputs = Object.fromEntries(
    Object.entries(expected).map(([name, tensor]) => [name, difference(name, tensor, got[name])]),
  );
  return {
    largest: Math.max(0, ...Object.values(outputs)),
    outputs,
    shapes: Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims])),
  };
}

function shapeOf({ name, shape }: InspectedValue, lengths: Readonly<Record<string, number>>): number[] {
  if (shape === null)
    throw new TypeError(`${WHO}: inputs.${name} must be given, as the model does not say its axes`);
  return shape.map((length, axis) => {
    if (typeof length === "number") return length;
    if (length === null) return axis === 0 ? BATCH : LENGTH;
    const parts = length.split("+").map((part) => part.trim());
    return parts.reduce((sum, part) => sum + (lengths[part] ?? usual(part, axis)), 0);
  });
}

function usual(name: string, axis: number): number {
  if (/^\d+$/.test(name)) return Number(name);
  return axis === 0 || /batch/i.test(name) ? BATCH : LENGTH;
}

function randomInput({ name, type }: InspectedValue, shape: number[], source: Random): NdArray {
  const size = sizeOf(shape);
  if (type.startsWith("float")) return { data: Float32Array.from({ length: size }, source.normal), shape };
  const most = type === "bool" ? 2 : SMALL;
  const value = /mask/i.test(name) ? () => 1 : () => source.below(most);
  return { data: Int32Array.from({ length: size }, value), shape };
}

type Make = (values: ArrayLike<number>) => unknown;

const makers: Readonly<Record<string, Make>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  float16: (values) => float16Bits(Float32Array.from(values)),
  int64: (values) => BigInt64Array.from(Array.from(values), BigInt),
  int32: (values) => Int32Array.from(values),
  bool: (values) => Uint8Array.from(values),
};

function toTensor({ Tensor }: Runtime, { name, type }: InspectedValue, { data, shape }: NdArray): Tensor {
  const make = makers[type];
  if (make === undefined)
    throw new TypeError(
      `${WHO}: input ${checks.show(name)} must be of type ${Object.keys(makers).join(", ")}, got ${checks.show(type)}`,
    );
  const Generic = Tensor as unknown as new (type: string, data: unknown, shape: readonly number[]) => Tensor;
  return new Generic(type, make(data), [...shape]);
}

async function run(
  { InferenceSession }: Runtime,
  bytes: Uint8Array,
  feeds: Record<string, Tensor>,
  options: SessionOptions = {},
): Promise<Readonly<Record<string, Tensor>>> {
  const session = await InferenceSession.create(bytes, options);
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

function difference(name: string, expected: Tensor, got: Tensor | undefined): number {
  const shape = (tensor: Tensor | undefined) => tensor && `${tensor.type} ${checks.show([...tensor.dims])}`;
  if (shape(got) !== shape(expected))
    throw new RangeError(
      `${WHO}: output ${checks.show(name)} must be ${shape(expected)}, as before, got ${shape(got) ?? "none"}`,
    );
  const [a, b] = [numbersOf(expected), numbersOf(got!)];
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Object.is(x, y) || x === y) continue;
    const apart = Math.abs(x - y);
    largest = Math.max(largest, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  return largest;
}

function numbersOf({ data, type }: Tensor): ArrayLike<number> {
  if (type === "float16" && data instanceof Uint16Array) return fromFloat16Bits(data);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, Number);
  return data as Float32Array;
}
