import { compositeBodies } from "./composites.ts";
import type { Composites, Ops, Primitives } from "./ops.ts";

/** A backend: its primitives, our bodies for the composites, and its kernels in place of some of them. */
export function completeOps<T>(primitives: Primitives<T>, kernels: Partial<Composites<T>> = {}): Ops<T> {
  return { ...primitives, ...compositeBodies(primitives), ...kernels };
}
