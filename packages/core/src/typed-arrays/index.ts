import { completeOps } from "../complete-ops.ts";
import type { Ops } from "../ops.ts";
import { kernels } from "./kernels.ts";
import type { NdArray } from "./nd-array.ts";
import { primitives } from "./primitives.ts";

/** Ops on typed arrays: float32 storage, float64 inside each operation. The reference that backends are held to. */
export const typedArrays: Ops<NdArray> = completeOps(primitives, kernels);

/** The same without kernels: every composite by its body. */
export const plainTypedArrays: Ops<NdArray> = completeOps(primitives);
