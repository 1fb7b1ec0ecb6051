import { command } from "./command.ts";

/** Runs the command as a user would, and gives its exit code and what it printed. */
export async function posenc(...parameters: string[]) {
  let [out, errors] = ["", ""];
  const output = {
    write: (text: string) => {
      out += text;
    },
    errors: (text: string) => {
      errors += text;
    },
    columns: 80,
    interactive: false,
  };
  return { code: await command(parameters, output, new AbortController().signal), out, errors };
}
