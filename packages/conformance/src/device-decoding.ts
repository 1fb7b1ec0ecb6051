import {
  array,
  type NdArray,
  positionsFromMask,
  positionsFromSegments,
  range,
  segmentMask,
} from "@posenc/core";
import type { DecodingBackend, DecodingModel, OpenModel } from "./decoding.ts";
import type { Device } from "./device.ts";

/** `step` of a model on a device, one call at a time, with the past on the host. */
export function deviceDecoding(device: Device): DecodingBackend<DecodingModel> {
  return {
    name: device.name,
    async open({ parameters, step }, values) {
      const names = Object.keys(parameters);
      const weights = names.map((name) => array(values[name]!, parameters[name]!.shape));
      let past: NdArray[] = [];
      let masks: NdArray | undefined;
      let segments: NdArray | undefined;
      const opened: OpenModel = {
        prefill(tokens, input) {
          past = [];
          masks = segments = undefined;
          return opened.step(tokens, input);
        },
        async step(tokens, input = {}) {
          const length = tokens.shape[1]!;
          const before = masks;
          const added = input.mask ?? array(new Int32Array(tokens.data.length).fill(1), tokens.shape);
          masks = before ? joined(before, added) : added;
          if (input.segments) segments = segments ? joined(segments, input.segments) : input.segments;
          const counted = () => {
            if (input.segments) return lastColumns(positionsFromSegments(segments!), length);
            const offsets = before ? rowsOf(before).map((row) => row.reduce((a, b) => a + b, 0)) : 0;
            return input.mask || before
              ? positionsFromMask(added, offsets)
              : repeated(range(length), tokens.shape[0]!);
          };
          const positions = input.positions ?? counted();
          const padded = masks.data.includes(0) && array(masks.data, [masks.shape[0]!, 1, masks.shape[1]!]);
          const mask = input.segments ? segmentMask(input.segments, segments) : padded || undefined;

          const [logits, ...present] = await device.run(
            [tokens, positions, ...weights, ...past, ...(mask ? [mask] : [])],
            (ops, tokens, positions, ...rest) => {
              const weights = rest.slice(0, names.length);
              const kept = rest.slice(names.length, names.length + past.length);
              const step_ = step(
                ops,
                Object.fromEntries(names.map((name, i) => [name, weights[i]!])),
                tokens,
                positions,
                {
                  ...(kept.length > 0 && { past: unpacked(kept) }),
                  ...(mask && { mask: rest.at(-1)! }),
                },
              );
              const { layers, positions: all } = step_.present;
              return [step_.logits, all, ...layers.flatMap(({ key, value }) => [key, value])];
            },
          );
          past = present;
          return logits!;
        },
        dispose: async () => {},
      };
      return opened;
    },
  };
}

function unpacked<T>([positions, ...rest]: readonly T[]) {
  const layers = Array.from({ length: rest.length / 2 }, (_, i) => ({
    key: rest[2 * i]!,
    value: rest[2 * i + 1]!,
  }));
  return { layers, positions: positions! };
}

export function rowsOf({ data, shape }: NdArray): number[][] {
  const [rows, length] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * length, (row + 1) * length)]);
}

/** Rows of equal length as int32 [rows, length]. */
export const fromRows = (rows: readonly (readonly number[])[]): NdArray =>
  array(Int32Array.from(rows.flat()), [rows.length, rows[0]!.length]);

const repeated = ({ data }: NdArray, rows: number) => fromRows(Array.from({ length: rows }, () => [...data]));

function joined(a: NdArray, b: NdArray): NdArray {
  const more = rowsOf(b);
  return fromRows(rowsOf(a).map((row, i) => [...row, ...more[i]!]));
}

const lastColumns = (x: NdArray, length: number): NdArray =>
  fromRows(rowsOf(x).map((row) => row.slice(row.length - length)));
