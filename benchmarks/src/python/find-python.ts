import { execFile } from "node:child_process";
import { promisify } from "node:util";

export type PythonLibrary = "numpy" | "torch";

export interface Python {
  /** What starts it. */
  readonly command: string;
  /** Of "python" itself and of the libraries that it has. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Names a Python; python3 or python of the path unless given. */
export const PYTHON_VARIABLE = "POSENC_PYTHON";

const PROBE = `
import importlib.metadata, json, platform
versions = {"python": platform.python_version()}
for name in ("numpy", "torch"):
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(versions))
`;

let found: Promise<Python | undefined> | undefined;

/** The Python of this machine; undefined where there is none. @throws Error where the variable names none */
export function findPython(): Promise<Python | undefined> {
  found ??= probe();
  return found;
}

async function probe(): Promise<Python | undefined> {
  const wanted = process.env[PYTHON_VARIABLE];
  for (const command of wanted ? [wanted] : ["python3", "python"]) {
    try {
      const { stdout } = await promisify(execFile)(command, ["-c", PROBE], { timeout: 30_000 });
      return { command, versions: JSON.parse(stdout) as Record<string, string> };
    } catch (error) {
      if (wanted) {
        const why = (error as Error).message.split("\n")[0];
        throw new Error(`${PYTHON_VARIABLE} must name a Python that runs, got ${wanted}: ${why}`);
      }
    }
  }
  return undefined;
}

/** Why a library cannot be used; undefined where it can. */
export async function pythonObstacle(library: PythonLibrary): Promise<string | undefined> {
  try {
    const python = await findPython();
    if (python === undefined) return `no Python was found; ${PYTHON_VARIABLE} can name one`;
    if (python.versions[library] !== undefined) return undefined;
    return `${python.command} has no ${library}; ${PYTHON_VARIABLE} can name a Python that has it`;
  } catch (error) {
    return (error as Error).message;
  }
}
