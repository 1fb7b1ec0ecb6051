import { inProcesses, speedSuite, trainingSuite } from "@posenc/benchmarks/contests";
import type { Contests } from "./options.ts";

export const contests: Contests = { speed: speedSuite, training: trainingSuite, start: inProcesses };
