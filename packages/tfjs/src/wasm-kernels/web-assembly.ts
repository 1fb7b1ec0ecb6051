/** What is used of WebAssembly: TypeScript has its types only together with the whole DOM. */

export interface Memory {
  readonly buffer: ArrayBufferLike;
}

interface WebAssemblyNamespace {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: unknown };
}

/** Nothing where there is none. */
export const webAssembly = (globalThis as { WebAssembly?: WebAssemblyNamespace }).WebAssembly;
