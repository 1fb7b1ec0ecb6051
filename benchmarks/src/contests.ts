/** Suites that time opponents, each in a process of its own. For Node. */

export { findPython } from "./python/find-python.ts";
export { LEVEL, type Standing, type Standings, standings, type Timed } from "./rounds/standings.ts";
export type { Spread } from "./rounds/statistics.ts";
export type { Accuracy, Suite, Workload } from "./rounds/suite.ts";
export {
  inProcesses,
  inThisProcess,
  type OpponentResult,
  SLOW,
  type Start,
  takeTurns,
  type WorkloadResult,
} from "./rounds/take-turns.ts";
export { speedSuite } from "./speed/suite.ts";
export { smallWorkloads } from "./speed/workloads.ts";
export { trainingSuite } from "./training-speed/suite.ts";
