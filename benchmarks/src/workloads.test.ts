import { expect, test } from "vitest";
import { workloads } from "./workloads.ts";

test.each(Object.entries(workloads))(
  "%s: named as in the record, whole sizes, even heads",
  (name, workload) => {
    expect(workload.name).toBe(name);
    const { batch, heads, length, dim } = workload;
    for (const size of [batch, heads, length, dim]) expect(Number.isInteger(size) && size > 0).toBe(true);
    expect((dim / heads) % 2).toBe(0);
    expect(workload.title).toBe(`${batch} × ${length} tokens × ${dim}`);
  },
);

test("tiny is the sum that the trace shows: 10 tokens × 512", () => {
  expect(workloads.tiny).toMatchObject({ batch: 1, length: 10, dim: 512 });
});
