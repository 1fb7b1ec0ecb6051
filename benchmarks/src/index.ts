export {
  type Ceiling,
  type Ceilings,
  type Dataset,
  type DatasetOptions,
  dataset,
  LENGTH,
  rowOf,
  type Sample,
  type Samples,
  type Task,
  type TaskDefinition,
  task,
} from "./task.ts";
export { tasks } from "./tasks.ts";
export { ceilingFor, type Sight, whatItSees } from "./what-it-sees.ts";
export { type Workload, workloads } from "./workloads.ts";
