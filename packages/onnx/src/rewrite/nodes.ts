import type { AttributeProto, NodeProto } from "onnx-buf";
import { domainName } from "../read/check-graph.ts";

/** The domain of ONNX Runtime's own operators. */
export const MICROSOFT = "com.microsoft";

export const attributeOf = (node: NodeProto, name: string): AttributeProto | undefined =>
  node.attribute.find((attribute) => attribute.name === name);

export function intAttribute(node: NodeProto, name: string): number | undefined;
export function intAttribute(node: NodeProto, name: string, otherwise: number): number;
export function intAttribute(node: NodeProto, name: string, otherwise?: number): number | undefined {
  const attribute = attributeOf(node, name);
  return attribute ? Number(attribute.i) : otherwise;
}

/** Of the default domain. */
export const isStandard = ({ domain }: Pick<NodeProto, "domain">): boolean => domainName(domain) === "";

/** Whether it is one of these operators of the default domain. */
export const isOperator = (node: NodeProto | undefined, ...types: readonly string[]): boolean =>
  node !== undefined && isStandard(node) && types.includes(node.opType);

/** The node, where it is one of these operators of the default domain. */
export const asOperator = (
  node: NodeProto | undefined,
  ...types: readonly string[]
): NodeProto | undefined => (isOperator(node, ...types) ? node : undefined);

/** Graphs in its attributes, with a name for each. */
export const subgraphsOf = (node: NodeProto) =>
  node.attribute.flatMap(({ name, g, graphs }) => [
    ...(g ? [{ name, graph: g }] : []),
    ...graphs.map((graph, i) => ({ name: `${name}[${i}]`, graph })),
  ]);
