/// <reference lib="esnext.disposable" preserve="true" />
import type { Arena, Data } from "./arena.ts";

/** Tensors made while it is open are freed when it closes. `using` closes it at the end of a block. */
export interface Scope {
  close(): void;
  /** Where the engine has `Symbol.dispose`. */
  [Symbol.dispose](): void;
}

export function openScope(arena: Arena): Scope {
  const scope = arena.open();
  const close = () => scope.close();
  return (Symbol.dispose === undefined ? { close } : { close, [Symbol.dispose]: close }) as Scope;
}

/** Runs `body`, and frees the tensors it made, but for those in its result. */
export function scoped<R>(arena: Arena, body: () => R): R {
  const scope = arena.open();
  let kept: Iterable<Data> = [];
  try {
    const result = body();
    if (typeof (result as Partial<PromiseLike<unknown>> | null)?.then === "function") {
      throw new TypeError("scope: body must not be async, got a promise; use openScope");
    }
    kept = dataIn(result);
    return result;
  } finally {
    scope.close(kept);
  }
}

/** The typed arrays in a result: in it, in its entries, in theirs. */
function dataIn(result: unknown, found = new Set<Data>(), seen = new Set<object>()): Set<Data> {
  if (result instanceof Float32Array || result instanceof Int32Array) found.add(result);
  else if (
    typeof result === "object" &&
    result !== null &&
    !seen.has(result) &&
    !ArrayBuffer.isView(result)
  ) {
    seen.add(result);
    for (const entry of Object.values(result)) dataIn(entry, found, seen);
  }
  return found;
}
