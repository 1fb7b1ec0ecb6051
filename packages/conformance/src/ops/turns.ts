import {
  frequencies,
  geometric,
  type Pairing,
  type RotaryEncoder,
  type RotaryLayout,
  ropeFromConfig,
  type XposOptions,
  xpos,
} from "@posenc/core";
import { expect, test } from "vitest";
import type { Device } from "../device.ts";
import { type Expected, expectUlps, floats, integers } from "../expect.ts";
import { type ReferenceCase, reference, referenceCase } from "../reference.ts";
import { type Operation, sample } from "./operation.ts";

/** Sines and cosines of positions, and rotation by them. */
export function testTurns(device: Device, operation: Operation): void {
  testRotate(operation);
  testSincos(operation);
  testExactSincos(device);
}

interface Complex {
  readonly re: number;
  readonly im: number;
}
const times = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});

/** Where the pair of dimension `d` lies, and which member of it `d` is. */
const places: Record<Pairing, (d: number, half: number) => { pair: number; first: number; second: number }> =
  {
    halves: (d, half) => ({ pair: d % half, first: d % half, second: (d % half) + half }),
    interleaved: (d) => ({ pair: Math.floor(d / 2), first: d - (d % 2), second: d - (d % 2) + 1 }),
  };

/** Dimension `d` of the row `x`, rotated by complex multiplication. */
function rotated(
  x: (d: number) => number,
  angle: (pair: number) => number,
  { pairing, rotaryDim }: RotaryLayout,
  d: number,
): number {
  if (d >= rotaryDim) return x(d);
  const { pair, first, second } = places[pairing](d, rotaryDim / 2);
  const turn = { re: Math.cos(angle(pair)), im: Math.sin(angle(pair)) };
  const product = times({ re: x(first), im: x(second) }, turn);
  return d === first ? product.re : product.im;
}

function testRotate(operation: Operation): void {
  const layouts: RotaryLayout[] = (["halves", "interleaved"] as const).flatMap((pairing) => [
    { pairing, dim: 8, rotaryDim: 8 },
    { pairing, dim: 8, rotaryDim: 4 },
    { pairing, dim: 7, rotaryDim: 2 },
    { pairing, dim: 2, rotaryDim: 2 },
  ]);
  for (const layout of layouts) {
    const { pairing, dim, rotaryDim } = layout;
    const half = rotaryDim / 2;
    const angle = (n: number, i: number, pair: number) => 0.3 + n + i * 0.7 - pair * 1.1;
    const name = `rotate, ${pairing}, ${rotaryDim} of ${dim} dimensions`;

    operation(
      `${name}: one turn for all [length, half], rank 2 to 4`,
      [
        floats([3, half], (i, p) => Math.sin(angle(0, i, p))),
        floats([3, half], (i, p) => Math.cos(angle(0, i, p))),
        floats([3, dim], sample),
        floats([2, 3, dim], sample),
        floats([2, 2, 3, dim], sample),
      ],
      ({ rotate }, sin, cos, x2, x3, x4) => [
        rotate(x2, { sin, cos }, layout),
        rotate(x3, { sin, cos }, layout),
        rotate(x4, { sin, cos }, layout),
      ],
      [
        floats([3, dim], (i, d) =>
          rotated(
            (d) => sample(i, d),
            (p) => angle(0, i, p),
            layout,
            d,
          ),
        ),
        floats([2, 3, dim], (n, i, d) =>
          rotated(
            (d) => sample(n, i, d),
            (p) => angle(0, i, p),
            layout,
            d,
          ),
        ),
        floats([2, 2, 3, dim], (n, h, i, d) =>
          rotated(
            (d) => sample(n, h, i, d),
            (p) => angle(0, i, p),
            layout,
            d,
          ),
        ),
      ],
    );

    operation(
      `${name}: a turn for each in the batch [batch, 1, length, half]`,
      [
        floats([2, 1, 3, half], (n, _, i, p) => Math.sin(angle(n, i, p))),
        floats([2, 1, 3, half], (n, _, i, p) => Math.cos(angle(n, i, p))),
        floats([2, 2, 3, dim], sample),
      ],
      ({ rotate }, sin, cos, x) => [rotate(x, { sin, cos }, layout)],
      [
        floats([2, 2, 3, dim], (n, h, i, d) =>
          rotated(
            (d) => sample(n, h, i, d),
            (p) => angle(n, i, p),
            layout,
            d,
          ),
        ),
      ],
    );
  }
}

function testSincos(operation: Operation): void {
  const learned = [1, 0.25, 0.03125];
  operation(
    "sincos with a tensor of frequencies",
    [
      floats([3], (i) => learned[i]!),
      integers([4], (i) => 3 * i),
      integers([2, 2], (i, j) => 5 * i + j),
      floats([2], (i) => i - 0.5),
    ],
    ({ sincos }, frequencies, list, grid, real) =>
      [list, grid, real].flatMap((positions) => {
        const { sin, cos } = sincos(positions, frequencies);
        return [sin, cos];
      }),
    [
      floats([4, 3], (i, f) => Math.sin(3 * i * learned[f]!)),
      floats([4, 3], (i, f) => Math.cos(3 * i * learned[f]!)),
      floats([2, 2, 3], (i, j, f) => Math.sin((5 * i + j) * learned[f]!)),
      floats([2, 2, 3], (i, j, f) => Math.cos((5 * i + j) * learned[f]!)),
      floats([2, 3], (i, f) => Math.sin((i - 0.5) * learned[f]!)),
      floats([2, 3], (i, f) => Math.cos((i - 0.5) * learned[f]!)),
    ],
  );

  const host = [2, 0.5, 0.001];
  operation(
    "sincos with host frequencies is exactSincos: positions of rank 1 and 2, real ones, one frequency",
    [integers([3], (i) => 7 * i), integers([2, 2], (i, j) => 5 * i + j), floats([2], (i) => i - 0.5)],
    ({ sincos, exactSincos }, list, grid, real) => {
      const all = [
        sincos(list, frequencies(host)),
        exactSincos(list, frequencies(host)),
        sincos(grid, frequencies(host)),
        sincos(real, frequencies(host)),
        sincos(list, frequencies([0.125])),
      ];
      return all.flatMap(({ sin, cos }) => [sin, cos]);
    },
    [
      ...[0, 1].flatMap(() => [
        floats([3, 3], (i, f) => Math.sin(7 * i * host[f]!)),
        floats([3, 3], (i, f) => Math.cos(7 * i * host[f]!)),
      ]),
      floats([2, 2, 3], (i, j, f) => Math.sin((5 * i + j) * host[f]!)),
      floats([2, 2, 3], (i, j, f) => Math.cos((5 * i + j) * host[f]!)),
      floats([2, 3], (i, f) => Math.sin((i - 0.5) * host[f]!)),
      floats([2, 3], (i, f) => Math.cos((i - 0.5) * host[f]!)),
      floats([3, 1], (i) => Math.sin((7 * i) / 8)),
      floats([3, 1], (i) => Math.cos((7 * i) / 8)),
    ],
  );
}

interface TruthParams {
  readonly freq: "2i/d" | "i/(d/2-1)";
  readonly base: number;
  readonly positions: readonly number[];
}

/** Of a case of the files truth and truth_far: the frequencies it is about. */
export function truthFrequencies({ params, outputs }: ReferenceCase) {
  const { base, freq } = params as unknown as TruthParams;
  const count = outputs.sin!.shape[1]!;
  return geometric({ base, count, numerator: 1, denominator: freq === "2i/d" ? count : count - 1 });
}

/** The rows of a case at the positions that `keep` picks. */
function truthAt({ params, outputs }: ReferenceCase, keep: (position: number) => boolean) {
  const all = (params as unknown as TruthParams).positions;
  const rows = all.flatMap((position, row) => (keep(position) ? [row] : []));
  const pick = ({ data, shape }: ReferenceCase["outputs"][string]): Expected => ({
    shape: [rows.length, shape[1]!],
    data: rows.flatMap((row) => Array.from(data).slice(row * shape[1]!, (row + 1) * shape[1]!)),
  });
  return { positions: rows.map((row) => all[row]!), sin: pick(outputs.sin!), cos: pick(outputs.cos!) };
}

const whole = (position: number) => Number.isInteger(position) && position >= 0 && position <= 2 ** 24;
const real = (position: number) =>
  !whole(position) && Math.fround(position) === position && position < 2 ** 24;

function testExactSincos(device: Device): void {
  const near = [
    "sinusoid/d512-base1e4",
    "rope/d128-theta1e4",
    "t2t/d64-base1e4",
    "rope/d64-theta1e6-extra",
  ].map((id) => referenceCase("truth", id));
  const far = referenceCase("truth_far", "rope/d128-theta1e4-far");

  for (const entry of [...near, far]) {
    for (const [type, keep] of Object.entries({ whole, real })) {
      const { positions, sin, cos } = truthAt(entry, keep);
      if (positions.length === 0) continue;
      const most = Math.max(...positions);
      test(`exactSincos within 1 ulp of the truth: ${entry.id}, ${type} positions up to ${most}`, async () => {
        const host = truthFrequencies(entry);
        const make = type === "whole" ? integers : floats;
        const outputs = await device.run(
          [make([positions.length], (i) => positions[i]!)],
          (ops, positions) => {
            const { sin, cos } = ops.exactSincos(positions!, host);
            return [sin, cos];
          },
        );
        expect(outputs).toHaveLength(2);
        expectUlps(outputs[0]!, sin, 1, "sin");
        expectUlps(outputs[1]!, cos, 1, "cos");
      });
    }
  }

  for (const entry of reference("truth_scaled")) {
    test(`scaled frequencies within 1 ulp of the truth: ${entry.id}`, async () => {
      const { positions } = entry.params as unknown as TruthParams;
      const encoder = scaledEncoder(entry);
      const given = integers([positions.length], (i) => positions[i]!);
      const [sin, cos] = await device.run([given], (ops, positions) => {
        const turn = encoder.turns(ops, positions!, {});
        return [turn.sin, turn.cos];
      });
      expectUlps(sin!, entry.outputs.sin!, 1, "sin");
      expectUlps(cos!, entry.outputs.cos!, 1, "cos");
    });
  }

  for (const entry of reference("truth_xpos")) {
    test(`growing waves within 1 ulp of the truth: ${entry.id}`, async () => {
      const { positions } = entry.params as unknown as TruthParams;
      const { turns, keyTurns } = growingEncoder(entry);
      const given = integers([positions.length], (i) => positions[i]!);
      const outputs = await device.run([given], (ops, positions) => {
        const [query, key] = [turns(ops, positions!, {}), keyTurns!(ops, positions!, {})];
        return [query.sin, query.cos, key.sin, key.cos];
      });
      ["sin", "cos", "key_sin", "key_cos"].forEach((name, i) => {
        expectUlps(outputs[i]!, entry.outputs[name]!, 1, name);
      });
    });
  }
}

/** The encoder that a case of the file truth_xpos is about. */
export function growingEncoder({ params }: ReferenceCase): RotaryEncoder {
  const { scale_base: scaleBase, positions: _, ...options } = params;
  return xpos({ scaleBase, ...options } as XposOptions);
}

/** The encoder that a case of the file truth_scaled is about. */
export function scaledEncoder({ params }: ReferenceCase): RotaryEncoder {
  const { positions, length, ...config } = params;
  return ropeFromConfig(config, typeof length === "number" ? { length } : {}).encoder;
}
