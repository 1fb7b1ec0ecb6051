import { MultiBar, Presets } from "cli-progress";
import type { Output } from "../output.ts";

/** Shows how far a command is. Work is counted in steps of about the same length. */
export interface Progress {
  /** `steps` more are done; `doing` says what. */
  advance(steps: number, doing: string): void;
  /** A line that stays. */
  log(line: string): void;
  stop(): void;
}

export function progress(total: number, output: Output): Progress {
  return output.interactive ? bar(total, output) : lines(total, output);
}

function bar(total: number, output: Output): Progress {
  const bars = new MultiBar(
    {
      format: " {bar} {percentage} % · {left} left · {doing}",
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  const left = remaining(total);
  const room = Math.max(10, output.columns - 52);
  const single = bars.create(total, 0, { left: "…", doing: "" });
  return {
    advance: (steps, doing) => single.increment(steps, { left: left(steps), doing: doing.slice(0, room) }),
    log: (line) => bars.log(`${line}\n`),
    stop: () => bars.stop(),
  };
}

function lines(total: number, output: Output): Progress {
  const left = remaining(total);
  return {
    advance: (steps) => void left(steps),
    log: (line) =>
      output.write(`${line} · ${Math.round((100 * left.done()) / total)} % done, ${left(0)} left\n`),
    stop: () => {},
  };
}

/** The time left at the speed so far, as m:ss. */
function remaining(total: number): ((steps: number) => string) & { done(): number } {
  const started = performance.now();
  let done = 0;
  const left = (steps: number): string => {
    done = Math.min(total, done + steps);
    if (done === 0) return "…";
    const seconds = Math.round((((performance.now() - started) / done) * (total - done)) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  return Object.assign(left, { done: () => done });
}
