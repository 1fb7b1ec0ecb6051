import { tasks } from "@posenc/benchmarks";
import { encoders } from "@posenc/core";
import { targetPresets } from "@posenc/onnx";
import { Command, CommanderError } from "commander";
import { useBackend } from "./backend.ts";
import { compare } from "./compare/compare.ts";
import { compareOptions } from "./compare/options.ts";
import { localRunner, type Runner, threadRunner } from "./compare/runner.ts";
import { usual } from "./contenders.ts";
import { exportEncoders } from "./export/export.ts";
import { type ExportFlags, exportOptions } from "./export/options.ts";
import { several } from "./export/pairs.ts";
import type { Flags } from "./flags.ts";
import { inspect } from "./inspect/inspect.ts";
import type { Output } from "./output.ts";
import { type Contests, speedOptions } from "./speed/options.ts";
import { traceOptions } from "./trace/options.ts";
import { trace } from "./trace/trace.ts";
import { verify } from "./verify/verify.ts";

/**
 * The `posenc` command.
 *
 * @param parameters what follows `posenc`
 * @param makeRunner where `compare` trains; threads unless given
 * @param contests what `speed` measures
 * @returns the exit code: 0, 1 where the work failed, 2 where the command line is wrong
 */
export async function command(
  parameters: readonly string[],
  output: Output,
  signal: AbortSignal,
  makeRunner: (threads: number) => Runner = (threads) =>
    threads === 1 ? localRunner : threadRunner(threads),
  contests?: Contests,
): Promise<number> {
  const commandLine = ["npm run posenc --", ...parameters.map(quoted)].join(" ");
  const program = new Command("posenc")
    .description("Compares position encodings for transformers, and shows what one does.")
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: output.write,
      writeErr: output.errors,
      getOutHelpWidth: () => output.columns,
    });

  program
    .command("compare")
    .description("train a small transformer with each encoder, run each in ONNX Runtime, measure speed")
    .option("--encoders <names>", "which, separated by commas, or all", usual.map(({ id }) => id).join(","))
    .option("--tasks <names>", "which, separated by commas", Object.keys(tasks).join(","))
    .option("--dim <n>", "length of an embedding", "64")
    .option("--heads <n>", "attention heads", "8")
    .option("--blocks <n>", "blocks of the transformer", "1")
    .option("--epochs <n>", "passes over the samples", "5")
    .option("--samples <n>", "samples to train on", "2048")
    .option("--held-out <n>", "samples to judge by", "512")
    .option("--batch-size <n>", "samples in a step", "32")
    .option("--learning-rate <x>", "step size of Adam", "0.003")
    .option("--seed <n>", "first seed: of the data, the first parameters and the order", "1")
    .option("--seeds <n>", "how many seeds", "1")
    .option("--threads <n>", "models trained at a time", "2")
    .option("--out <folder>", "where the report goes", "report")
    .action(async (flags: Flags, self: Command) => {
      const options = checked(self, () => compareOptions(flags));
      const runner = makeRunner(options.threads);
      try {
        await compare(options, commandLine, runner, output, signal);
      } finally {
        await runner.close();
      }
    });

  program
    .command("speed")
    .description("time encoding, or training, against other libraries, each in a process of its own")
    .option("--workloads <names>", "what is computed, separated by commas, or all", "all")
    .option("--opponents <names>", "who computes it, separated by commas, or all", "all")
    .option("--rounds <n>", "how often each has its turn", "9")
    .option("--milliseconds <n>", "least processor time of a turn", "100")
    .option("--training", "steps of training in TensorFlow.js instead, and what they are made of")
    .option("--json", "print all of it as JSON, and nothing else")
    .option("--out <folder>", "where the report goes", "report")
    .action(async (flags: Flags, self: Command) => {
      const known = contests ?? (await import("./speed/contests.ts")).contests; // loads what is timed
      const { speed } = await import("./speed/speed.ts");
      const options = checked(self, () => speedOptions(flags, known));
      await speed(options, known, commandLine, output, signal);
    });

  program
    .command("trace")
    .description("follow one sample through: embeddings, encoding, training, prediction")
    .option("--encoder <name>", "which", "sinusoidal")
    .option("--variant <name>", "a form of it, such as per-dimension for sinusoidal")
    .option("--task <name>", `one of ${Object.keys(tasks).join(", ")}`, "nearest")
    .option("--dim <n>", "length of an embedding", "512")
    .option("--heads <n>", "attention heads", "8")
    .option("--epochs <n>", "passes over the samples", "5")
    .option("--samples <n>", "samples to train on", "2048")
    .option("--held-out <n>", "samples to judge by", "512")
    .option("--seed <n>", "of the data, the first parameters and the order", "1")
    .option("--quiz", "ask questions at the end")
    .option("--json", "print all of it as JSON, and nothing else")
    .action(async (flags: Flags, self: Command) => {
      const options = checked(self, () => traceOptions(flags));
      await useBackend("wasm");
      await trace(options, output, signal);
    });

  program
    .command("export")
    .description("write an encoder to an ONNX file")
    .option("--encoder <name>", `which: ${Object.keys(encoders).join(", ")}`)
    .option("--option <name=value>", "an option of it, or of reading --config; several times", several)
    .option("--json <file>", "the encoder as JSON, as toJSON gives it")
    .option("--config <file>", "a config.json of Hugging Face; a file for each encoder of the model")
    .option("--target <name>", `options for a runtime: ${Object.keys(targetPresets).join(", ")}`)
    .option("--opset <n>", "version of the operators, 17 to 26; 17 unless given")
    .option("--rotary <how>", "primitives, ai.onnx or com.microsoft")
    .option("--dtype <type>", "float32 or float16")
    .option("--max-position <n>", "tables for the positions below n")
    .option("--inline", "no functions")
    .option("--positions <how>", "input, or offset: counted from one number on")
    .option("--layout <how>", "heads: [batch, heads, length, dim], or flat: [batch, length, heads · dim]")
    .option("--heads <n>", "heads, for the flat layout")
    .option("--head-dim <n>", "length of a head, for the flat layout")
    .option("--key-heads <n>", "heads of keys and values, where they are fewer")
    .option("--attention <how>", "full or causal: the operator Attention with the encoder inside")
    .option("--name <ours=theirs>", "another name for an input or output; several times", several)
    .option("--axis <ours=theirs>", "another name for a length, or a number; several times", several)
    .option("--seed <n>", "of the first values of what is learned; 1 unless given")
    .option("--weights <file>", "safetensors with the values of what is learned")
    .option("--tensor <name>", "what is called how in it: a name, or parameter=name several times", several)
    .option("--out <file>", "where to; <encoder>.onnx unless given")
    .action((flags: ExportFlags, self: Command) =>
      exportEncoders(
        checked(self, () => exportOptions(flags)),
        output,
      ),
    );

  program
    .command("verify")
    .description("run an ONNX file of posenc, and compare it with its encoder on typed arrays")
    .argument("<file>", "the ONNX file")
    .option("--json", "print all of it as JSON")
    .action((file: string, flags: Flags) => verify(file, { json: flags.json === true }, output));

  program
    .command("inspect")
    .description("say what an ONNX file takes and gives, and which position encodings it has")
    .argument("<file>", "the ONNX file")
    .option("--json", "print all of it as JSON")
    .action((file: string, flags: Flags) => inspect(file, { json: flags.json === true }, output));

  try {
    await program.parseAsync(parameters, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    output.errors(`posenc: ${(error as Error).message}\n`);
    return 1;
  }
}

const quoted = (word: string): string => (/^[\w.,/=-]+$/.test(word) ? word : JSON.stringify(word));

/** Bad flags end with usage. */
function checked<O>(self: Command, read: () => O): O {
  try {
    return read();
  } catch (error) {
    return self.error(`error: ${(error as Error).message}`, { exitCode: 2 });
  }
}
