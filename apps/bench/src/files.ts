import { readFileSync } from "node:fs";

/** @throws Error naming the argument where the file cannot be read */
export function readFileOf(who: string, argument: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${who}: ${argument} must be a file that can be read: ${(error as Error).message}`);
  }
}
