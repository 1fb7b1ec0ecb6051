import { type NdArray, type Ops, plainTypedArrays, typedArrays } from "@posenc/core";
import type { Device } from "./device.ts";

function typedArrayDevice(name: string, ops: Ops<NdArray>): Device {
  return { name, run: async (inputs, body) => [...body(ops, ...inputs)] };
}

/** Typed arrays with their kernels, and with every composite by its body. */
export const typedArrayDevices: readonly Device[] = [
  typedArrayDevice("typed arrays", typedArrays),
  typedArrayDevice("typed arrays without kernels", plainTypedArrays),
];
