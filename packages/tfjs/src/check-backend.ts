import { engine, getGradient, ready } from "@tensorflow/tfjs-core";

/** @throws TypeError where no backend is registered */
export function requireBackend(who: string): void {
  if (engine().backendNames().length > 0) return;
  throw new TypeError(
    `${who}: tf.js must have a backend, got none; import "@tensorflow/tfjs", or "@tensorflow/tfjs-backend-wasm"`,
  );
}

/** @throws TypeError where the gradients of operations are not registered, as with tfjs-core alone */
export function requireGradients(who: string): void {
  if (getGradient("BatchMatMul") !== undefined) return;
  throw new TypeError(`${who}: tf.js must have its gradients, got none; import "@tensorflow/tfjs"`);
}

/** Waits for the backend. @throws TypeError where none is registered */
export async function checkBackend(who: string): Promise<void> {
  requireBackend(who);
  await ready();
}
