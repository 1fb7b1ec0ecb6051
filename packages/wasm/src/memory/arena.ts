import { checks } from "@posenc/core";
import { instantiate } from "../instantiate.ts";
import type { KernelExports } from "../kernel-exports.ts";
import { webAssembly } from "../web-assembly.ts";
import { blocks } from "./blocks.ts";

export type Data = Float32Array | Int32Array;

/** One memory of a fixed size, and the arrays that live in it. */
export interface Arena {
  /** undefined where plain JavaScript does the work. */
  readonly kernels: KernelExports | undefined;
  /** All of the memory. */
  readonly floats: Float32Array;
  readonly maxBytes: number;
  usedBytes(): number;
  /** Where to put what does not live here, a chunk at a time: the addresses of four places of {@link CHUNK} bytes. */
  readonly places: readonly [number, number, number, number];
  /** The address of an array that lives here; {@link FREED} of one that was freed, −1 of others. */
  addressOf(data: Data): number;
  /** An array that lives here; its contents are what was there before, unless `clear`. undefined where there is no room. */
  make(length: number, type: "float32" | "int32", clear: boolean): Data | undefined;
  /** Frees what `make` gave; false for anything else. */
  release(data: Data): boolean;
  /** Opens a scope: what is made until `close` is freed then, except `kept`, which moves to the scope around it. */
  open(): { close(kept?: Iterable<Data>): void };
  /** Calls `body` with the address of `bytes` that are its own until it returns; false where there is no room. */
  borrow(bytes: number, body: (address: number) => void): boolean;
}

/** A memory of a fixed size, and kernels that work on it, if any. */
export interface Reserved {
  readonly buffer: ArrayBufferLike;
  readonly kernels: KernelExports | undefined;
}

export const CHUNK = 512 * 1024;
export const PAGE = 65536;
/** The address of what has been freed. */
export const FREED = -2;
const MOST = 65536 * PAGE;

export function arena({ buffer, kernels }: Reserved): Arena {
  const maxBytes = buffer.byteLength;
  const floats = new Float32Array(buffer);
  const room = blocks(64, maxBytes);
  const places = [0, 1, 2, 3].map(() => room.take(CHUNK)) as unknown as Arena["places"];
  const reserved = room.used();
  const addresses = new WeakMap<Data, number>(); // a look-up here is faster than `data.buffer`
  const scopes: Set<Data>[] = [];
  const collected = new FinalizationRegistry<number>((address) => room.give(address));

  return {
    kernels,
    floats,
    maxBytes,
    usedBytes: () => room.used() - reserved,
    places,
    addressOf: (data) => addresses.get(data) ?? (data.buffer === buffer ? data.byteOffset : -1),

    make(length, type, clear) {
      const fresh = room.touched();
      const address = room.take(length * 4);
      if (address === undefined) return undefined;
      const data =
        type === "int32"
          ? new Int32Array(buffer, address, length)
          : new Float32Array(buffer, address, length);
      if (clear && address < fresh) data.fill(0);
      addresses.set(data, address);
      collected.register(data, address, data);
      scopes.at(-1)?.add(data);
      return data;
    },

    release,

    open() {
      const own = new Set<Data>();
      scopes.push(own);
      return {
        close(kept = []) {
          const at = scopes.indexOf(own);
          if (at < 0) return;
          scopes.splice(at, 1);
          for (const data of kept) if (own.delete(data)) scopes[at - 1]?.add(data);
          for (const data of own) release(data);
        },
      };
    },

    borrow(bytes, body) {
      const address = room.take(bytes);
      if (address === undefined) return false;
      try {
        body(address);
        return true;
      } finally {
        room.give(address);
      }
    },
  };

  function release(data: Data): boolean {
    const address = addresses.get(data);
    if (address === undefined || address === FREED) return false;
    addresses.set(data, FREED);
    collected.unregister(data);
    room.give(address);
    for (const scope of scopes) scope.delete(data);
    return true;
  }
}

export function checkMaxBytes(value: unknown, who = "wasm"): number {
  return checks.checkCount(who, "maxBytes", value, 4 * 1024 * 1024, MOST);
}

/**
 * All of it at once, so that it never grows: growing would detach the buffer under every array. The system gives pages
 * only when they are written.
 *
 * @throws RangeError where `maxBytes` cannot be reserved
 */
export function reserve(maxBytes: number, simd: boolean): Reserved {
  const pages = Math.ceil(maxBytes / PAGE);
  try {
    if (simd && webAssembly !== undefined) {
      const memory = new webAssembly.Memory({ initial: pages, maximum: pages });
      const kernels = instantiate(memory);
      if (kernels !== undefined) return { buffer: memory.buffer, kernels };
    }
    return { buffer: new ArrayBuffer(pages * PAGE), kernels: undefined };
  } catch (cause) {
    throw new RangeError(`wasm: maxBytes must be what can be reserved, got ${pages * PAGE}`, { cause });
  }
}
