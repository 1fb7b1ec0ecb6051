import { accessSync, constants, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a command prints. */
export interface Output {
  write(text: string): void;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** A person watches: progress bars, colours. */
  readonly interactive: boolean;
  /** Complaints and usage. */
  errors(text: string): void;
  /** Asks on the terminal; undefined where the input has ended. */
  ask?(question: string): Promise<string | undefined>;
}

/** A folder that results go to. Files in it are whole at any time: written beside, then renamed. */
export interface Folder {
  readonly path: string;
  write(name: string, text: string): void;
}

/** @throws Error where the folder cannot be made or written to */
export function openFolder(path: string): Folder {
  const probe = join(path, ".writable");
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new Error(
      `--out must be a folder that can be written to, got ${path}: ${(error as Error).message}`,
    );
  }
  return {
    path,
    write(name, text) {
      const beside = join(path, `.${name}.part`);
      writeFileSync(beside, text);
      renameSync(beside, join(path, name));
    },
  };
}
