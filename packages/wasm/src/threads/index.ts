export { type ThreadedWasm, type ThreadedWasmOptions, threadedWasm } from "./threaded-wasm.ts";
