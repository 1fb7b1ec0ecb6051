import type { GraphProto, NodeProto } from "onnx-buf";
import { subgraphsOf } from "./nodes.ts";

/**
 * Removes those of `suspects` whose results nobody takes, then what they alone took, and so on. What was unused
 * before stays.
 *
 * @param released edges that nodes took which are gone already
 */
export function prune(
  graph: GraphProto,
  suspects: Iterable<NodeProto>,
  released: Iterable<string> = [],
): void {
  const uses = new Map<string, number>();
  const change = (edge: string, by: number) => uses.set(edge, (uses.get(edge) ?? 0) + by);
  for (const { name } of graph.output) change(name, 1);
  const producers = new Map<string, NodeProto>();
  for (const node of graph.node) {
    for (const edge of takenBy(node)) change(edge, 1);
    for (const edge of node.output) producers.set(edge, node);
  }
  const present = new Set(graph.node);
  const open = [...suspects].filter((node) => present.has(node));
  const dead = new Set<NodeProto>();
  const freed = new Set(released);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (dead.has(node) || node.output.some((edge) => (uses.get(edge) ?? 0) > 0)) continue;
    dead.add(node);
    for (const edge of takenBy(node)) {
      change(edge, -1);
      freed.add(edge);
      const producer = producers.get(edge);
      if (producer) open.push(producer);
    }
  }
  const inputs = new Set(graph.input.map(({ name }) => name));
  graph.node = graph.node.filter((node) => !dead.has(node));
  graph.initializer = graph.initializer.filter(
    ({ name }) => !freed.has(name) || inputs.has(name) || (uses.get(name) ?? 0) > 0,
  );
  const gone = new Set([...dead].flatMap(({ output }) => output));
  graph.valueInfo = graph.valueInfo.filter(({ name }) => !gone.has(name));
}

function takenBy(node: NodeProto): string[] {
  const within = (graph: GraphProto): string[] => [
    ...graph.output.map(({ name }) => name),
    ...graph.node.flatMap(takenBy),
  ];
  return [...node.input, ...subgraphsOf(node).flatMap(({ graph }) => within(graph))];
}
