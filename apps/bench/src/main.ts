#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import { command } from "./command.ts";
import type { Output } from "./output.ts";

const interrupt = new AbortController();
process.on("SIGINT", () => {
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort();
});

const output: Output = {
  write: (text) => void process.stdout.write(text),
  columns: process.stdout.columns ?? 80,
  interactive: process.stdout.isTTY ?? false,
  errors: (text) => void process.stderr.write(text),
  ask: terminal(),
};

process.exitCode = await command(process.argv.slice(2), output, interrupt.signal);
if (interrupt.signal.aborted) process.exitCode = 130;

/** One reader for all questions, so that piped answers are not lost between two of them. */
function terminal(): (question: string) => Promise<string | undefined> {
  let lines: AsyncIterator<string> | undefined;
  return async (question) => {
    if (lines === undefined) {
      const reader = createInterface({ input: process.stdin });
      interrupt.signal.addEventListener("abort", () => reader.close());
      lines = reader[Symbol.asyncIterator]();
    }
    process.stdout.write(question);
    const { value, done } = await lines.next();
    return done ? undefined : value;
  };
}
