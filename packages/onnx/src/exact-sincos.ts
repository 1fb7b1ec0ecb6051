import { type Frequencies, type SinCos, SPLIT, TURN_PARTS, topHalf } from "@posenc/core";
import type { Edge, Graph } from "./graph.ts";
import { type ElementType, typeNumbers } from "./proto.ts";

/**
 * The arithmetic of `fillSincos` in @posenc/core, step by step, as float64 nodes: the product position ×
 * frequency with its rounding error, less whole turns in three parts, then sine and cosine, rounded once.
 * A position may be any whole number below 2^31; nothing is looked up, so there is no longest length.
 */
export function exactSincos(graph: Graph, positions: Edge, frequencies: Frequencies): SinCos<Edge> {
  const { high, low, amplitude = 1, growth } = frequencies;
  const rank = positions.rank + 1;
  const constant = (values: Float64Array) => graph.constant(values, [values.length]);
  const scalar = (value: number) => graph.constant(Float64Array.of(value), []);
  const binary = (operator: string) => (a: Edge, b: Edge) =>
    graph.node(operator, [a, b], { type: "float64", rank: Math.max(a.rank, b.rank) });
  const unary = (operator: string) => (x: Edge) =>
    graph.node(operator, [x], { type: "float64", rank: x.rank });
  const cast = (x: Edge, type: ElementType) =>
    graph.node("Cast", [x], { type, rank: x.rank }, { to: { int: typeNumbers[type] } });
  const [add, sub, mul, div] = [binary("Add"), binary("Sub"), binary("Mul"), binary("Div")];
  const [floor, sin, cos, exp] = [unary("Floor"), unary("Sin"), unary("Cos"), unary("Exp")];

  const axis = graph.constant(Int32Array.of(positions.rank), [1]);
  const p = graph.node("Unsqueeze", [cast(positions, "float64"), axis], { type: "float64", rank });
  const shifted = mul(p, scalar(SPLIT));
  const pTop = sub(shifted, sub(shifted, p));
  const pRest = sub(p, pTop);
  const top = high.map(topHalf);
  const [hTop, hRest] = [constant(top), constant(high.map((value, i) => value - top[i]!))];

  const product = mul(p, constant(high));
  const lost = [mul(pTop, hRest), mul(pRest, hTop), mul(pRest, hRest), mul(p, constant(low))];
  const error = lost.reduce(add, sub(mul(pTop, hTop), product));
  const turns = floor(add(div(product, scalar(2 * Math.PI)), scalar(0.5)));
  const [turn1, turn2, turn3] = TURN_PARTS.map((part) => mul(turns, scalar(part))) as [Edge, Edge, Edge];
  const angle = add(sub(sub(product, turn1), turn2), sub(error, turn3));
  const grown = growth && exp(mul(sub(p, scalar(growth.centre)), constant(growth.rates)));
  const size = grown && amplitude !== 1 ? mul(grown, scalar(amplitude)) : grown;
  const scaled = (x: Edge) => {
    if (size) return mul(x, size);
    return amplitude === 1 ? x : mul(x, scalar(amplitude));
  };
  return { sin: cast(scaled(sin(angle)), "float32"), cos: cast(scaled(cos(angle)), "float32") };
}
