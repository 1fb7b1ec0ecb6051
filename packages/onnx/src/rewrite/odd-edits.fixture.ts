/** Changes of a graph that leave it a graph, mostly. */
import fc from "fast-check";
import type { ModelProto } from "onnx-buf";

export type Edit = (model: ModelProto) => void;

const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const pick = <T>(list: readonly T[], at: number): T | undefined => list[Math.floor(at * list.length)];

/** Every node, with those of functions. */
const nodesOf = (model: ModelProto) => [
  ...model.graph!.node,
  ...model.functions.flatMap((body) => body.node),
];

export const edits = fc.oneof(
  fc.tuple(part, part).map(
    ([a, b]): Edit =>
      (model) => {
        const [x, y] = [pick(nodesOf(model), a), pick(nodesOf(model), b)];
        if (x && y) [x.opType, y.opType] = [y.opType, x.opType];
      },
  ),
  fc.tuple(part, fc.nat(4)).map(
    ([a, i]): Edit =>
      (model) => {
        pick(nodesOf(model), a)?.input.splice(i, 1);
      },
  ),
  fc.tuple(part, part, fc.nat(3)).map(
    ([a, b, i]): Edit =>
      (model) => {
        const [x, y] = [pick(nodesOf(model), a), pick(nodesOf(model), b)];
        if (x && y && i < x.input.length) x.input[i] = pick(y.output, b) ?? "";
      },
  ),
  fc.tuple(part, part).map(
    ([a, b]): Edit =>
      (model) => {
        const node = pick(
          nodesOf(model).filter(({ attribute }) => attribute.length > 0),
          a,
        );
        node?.attribute.splice(Math.floor(b * node.attribute.length), 1);
      },
  ),
  fc.tuple(part, part, fc.bigInt({ min: -9n, max: 9n }), fc.boolean()).map(
    ([a, b, value, big]): Edit =>
      (model) => {
        const attribute = pick(
          nodesOf(model).flatMap(({ attribute }) => attribute),
          a,
        );
        if (attribute === undefined) return;
        attribute.i = big ? value * 2n ** 59n : value;
        if (attribute.ints.length > 0) attribute.ints[Math.floor(b * attribute.ints.length)] = value;
      },
  ),
  fc.tuple(part, part, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.boolean()).map(
    ([a, b, value, small]): Edit =>
      (model) => {
        const tensors = [
          ...model.graph!.initializer,
          ...nodesOf(model).flatMap(({ attribute }) => attribute.flatMap(({ t }) => (t ? [t] : []))),
        ].filter(({ dataType, rawData }) => dataType === 7 && rawData.length > 0);
        const raw = pick(tensors, a)?.rawData;
        if (raw === undefined) return;
        const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
        view.setBigInt64(8 * Math.floor((b * raw.length) / 8), small ? value % 7n : value, true);
      },
  ),
  fc.tuple(part, part).map(
    ([a, b]): Edit =>
      (model) => {
        const type = pick(model.graph!.input, a)?.type?.value;
        if (type?.case === "tensorType") type.value.shape?.dim.splice(Math.floor(b * 4), 1);
      },
  ),
  part.map(
    (a): Edit =>
      (model) => {
        const node = pick(nodesOf(model), a);
        if (node) node.output.length = Math.max(1, node.output.length - 1);
      },
  ),
  fc.bigInt({ min: 1n, max: 24n }).map(
    (version): Edit =>
      (model) => {
        for (const entry of model.opsetImport) if (entry.domain === "") entry.version = version;
      },
  ),
);
