/** A process for one contender: it prepares a measurement, and times a round of it each time it is told to. */
import { type Contender, enter } from "./contender.ts";
import { operations } from "./operations.ts";
import { trainSteps } from "./train-steps.ts";

const [name, contender] = process.argv.slice(2) as [string, Contender];
const measurement = [...trainSteps, ...operations].find((each) => each.name === name);
if (measurement === undefined) throw new RangeError(`training-speed: no measurement "${name}"`);

/** Before the first round, so that the compilers have done their work. */
const WARM_UP_MILLISECONDS = 3000;
/** A round has at least so many milliseconds, and calls. */
const LEAST_MILLISECONDS = 400;
const LEAST_CALLS = 2;

await enter(contender);
const call = measurement.prepare(contender);

/** Milliseconds of processor time for a call: what other processes do counts less than in time by the clock. */
function round(least = LEAST_MILLISECONDS): number {
  const started = process.cpuUsage();
  let [calls, elapsed] = [0, 0];
  while (calls < LEAST_CALLS || elapsed < least) {
    call();
    calls++;
    const { user, system } = process.cpuUsage(started);
    elapsed = (user + system) / 1000;
  }
  return elapsed / calls;
}

round(WARM_UP_MILLISECONDS);
process.on("message", () => process.send?.(round()));
process.send?.("ready");
