import type { Task } from "./task.ts";
import { agent } from "./tasks/agent.ts";
import { first } from "./tasks/first.ts";
import { nearest } from "./tasks/nearest.ts";

/** The tasks by name. */
export const tasks: { readonly nearest: Task; readonly agent: Task; readonly first: Task } = {
  nearest,
  agent,
  first,
};
