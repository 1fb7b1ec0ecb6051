import { checkKind } from "../bind-checks.ts";
import { checkCount, checkNames, checkObject, show } from "../checks.ts";
import type { Encoder, Kind } from "../encoder.ts";
import { initialise, type Parameters, sizeOf } from "../parameters.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { aliasing } from "./aliasing.ts";
import { type FirstRepeat, firstRepeat } from "./first-repeat.ts";
import { reachOf } from "./places.ts";
import { type NdValues, scoringOf } from "./score-matrices.ts";
import { type Relation, type ScoreProfile, scoreProfile } from "./score-profile.ts";
import { type Wavelengths, wavelengthsOf } from "./wavelengths.ts";

export interface AnalyzeOptions {
  /** Positions 0 … length − 1 are compared with one another; 128 unless given, and fewer where the encoder ends before. */
  readonly length?: number;
  /** Positions that a model was trained on, for the wavelengths. */
  readonly trainedLength?: number;
  /** Learned parameters, by name, row by row; first ones ({@link initialise}) unless given. */
  readonly values?: Readonly<Record<string, Float32Array>>;
  /** Of the first parameters; 0 unless given. */
  readonly seed?: number;
}

/** What {@link analyze} found: plain data, the same after JSON. */
export interface Analysis {
  readonly name: string;
  readonly kind: Kind;
  /** Positions compared. */
  readonly length: number;
  /** How `relative` scores are meant. */
  readonly relation: Relation;
  /** The mean over the heads, where there are several. */
  readonly scores: ScoreProfile;
  /** Of each head, where the encoder has several that differ; else empty. */
  readonly heads: readonly ScoreProfile[];
  /** null where the encoder has no fixed frequencies. */
  readonly wavelengths: Wavelengths | null;
  /** As the encoder itself computes, in float32 tables with exact angles. */
  readonly firstRepeat: FirstRepeat;
  /**
   * What the usual angle arithmetic would make of its frequencies: the first position p whose angles are also those of
   * p + 1 ({@link aliasing}). null where it has no fixed frequencies.
   */
  readonly aliasing: { readonly float32: number; readonly bfloat16: number } | null;
}

/** Scores held at once: 512 MiB of float64. */
const MOST_SCORES = 2 ** 26;

/**
 * What an encoder does with distance, and how far it reaches.
 *
 * The score of a query at p and a key at q, both with the same content: for an additive encoder the Gram matrix
 * ⟨PE(p), PE(q)⟩; for a rotary one q·k / √dim of vectors of ones, turned; for a bias, and for one that sees the
 * content (ones), what it adds to the score. An encoder of several axes is followed along the first one, with the
 * others 0. On typed arrays in float32, sums in float64; memory grows with heads · length².
 *
 * @throws TypeError, RangeError for a bad option, before any work
 */
export function analyze(encoder: Encoder, options: AnalyzeOptions = {}): Analysis {
  checkKind("analyze", encoder);
  checkNames("analyze", options, ["length", "trainedLength", "values", "seed"]);
  const { trainedLength = null, seed = 0 } = options;
  const length = Math.min(checkCount("analyze", "length", options.length ?? 128, 1, 4096), reachOf(encoder));
  if (trainedLength !== null) checkCount("analyze", "trainedLength", trainedLength);
  const heads = ("heads" in encoder && encoder.heads) || 1;
  if (heads * length ** 2 > MOST_SCORES) {
    throw new RangeError(
      `analyze: length must be at most ${Math.floor(Math.sqrt(MOST_SCORES / heads))} for ${heads} heads, got ${length}`,
    );
  }
  const values = valuesOf(encoder.parameters, options.values ?? initialise(encoder.parameters, seed));

  const { relation, matrices } = scoringOf(encoder);
  const each = matrices(encoder, values, length);
  const profile = (matrix: Float64Array) => scoreProfile(matrix, length, relation);
  const { frequencies } = encoder;
  return {
    name: encoder.name,
    kind: encoder.kind,
    length,
    relation,
    scores: profile(meanOf(each)),
    heads: each.length > 1 ? each.map(profile) : [],
    wavelengths: frequencies ? wavelengthsOf(frequencies, trainedLength) : null,
    firstRepeat: firstRepeat(encoder, values, length),
    aliasing: frequencies
      ? { float32: aliasing("float32", frequencies.high), bfloat16: aliasing("bfloat16", frequencies.high) }
      : null,
  };
}

function valuesOf(parameters: Parameters, given: Readonly<Record<string, Float32Array>>): NdValues {
  checkNames("analyze: values", checkObject("analyze", "values", given), Object.keys(parameters));
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => {
      const data = given[name];
      const size = sizeOf(shape);
      if (!(data instanceof Float32Array) || data.length !== size) {
        throw new TypeError(`analyze: values.${name} must be a Float32Array of ${size}, got ${show(data)}`);
      }
      return [name, array(data, shape)];
    }),
  );
}

function meanOf(matrices: readonly Float64Array[]): Float64Array {
  if (matrices.length === 1) return matrices[0]!;
  return matrices[0]!.map((_, i) => matrices.reduce((sum, matrix) => sum + matrix[i]!, 0) / matrices.length);
}
