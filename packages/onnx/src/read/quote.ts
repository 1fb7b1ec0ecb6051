import { checks } from "@posenc/core";

/** A name out of a file, for an error message: long ones are cut. */
export function quote(name: string): string {
  return name.length > 80
    ? `${checks.show(name.slice(0, 80))} … (${name.length} characters)`
    : checks.show(name);
}
