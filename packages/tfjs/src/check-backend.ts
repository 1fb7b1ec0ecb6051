import { engine, getGradient, ready } from "@tensorflow/tfjs-core";

/** Waits for the backend. @throws TypeError where none is registered, or no gradients are */
export async function checkBackend(who: string): Promise<void> {
  const missing =
    engine().backendNames().length === 0
      ? 'a backend must be registered, got none; import "@tensorflow/tfjs", or "@tensorflow/tfjs-backend-wasm"'
      : getGradient("BatchMatMul") === undefined &&
        'gradients must be registered, got none; import "@tensorflow/tfjs"';
  if (missing) throw new TypeError(`${who}: in tf.js ${missing}`);
  await ready();
}
