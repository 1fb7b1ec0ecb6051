/** What is used of WebAssembly: TypeScript has its types only together with the whole DOM. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

interface WebAssemblyNamespace {
  readonly Memory: new (limits: { initial: number; maximum: number; shared?: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: WasmMemory } },
  ) => { readonly exports: unknown };
}

export const webAssembly = (globalThis as { WebAssembly?: WebAssemblyNamespace }).WebAssembly;
