import type { Encoder } from "@posenc/core";
import type { GraphSession, Runtime } from "./runtime.ts";

interface Entry {
  readonly graph: Promise<GraphSession>;
  users: number;
}

const known = new WeakMap<object, WeakMap<Encoder, Map<string, Entry>>>();

/**
 * One session for all who want the same encoder with the same options of the same runtime. It is freed when the last
 * of them has disposed of theirs.
 *
 * @param key the options
 * @param who is named in errors
 */
export async function sharedGraph(
  who: string,
  { InferenceSession }: Runtime,
  encoder: Encoder,
  key: string,
  load: () => Promise<GraphSession>,
): Promise<GraphSession> {
  const encoders = known.get(InferenceSession) ?? new WeakMap<Encoder, Map<string, Entry>>();
  known.set(InferenceSession, encoders);
  const entries = encoders.get(encoder) ?? new Map<string, Entry>();
  encoders.set(encoder, entries);
  const entry = entries.get(key) ?? { graph: load(), users: 0 };
  entries.set(key, entry);
  entry.users++;

  async function leave(): Promise<void> {
    if (--entry.users > 0) return;
    if (entries.get(key) === entry) entries.delete(key);
    await (await entry.graph).dispose();
  }

  const graph = await entry.graph.catch((error: unknown) => {
    entries.delete(key);
    throw error;
  });
  let left: Promise<void> | undefined;
  return {
    async run(inputs) {
      if (left) throw new Error(`${who}: run was called after dispose`);
      return graph.run(inputs);
    },
    dispose() {
      left ??= leave();
      return left;
    },
  };
}
