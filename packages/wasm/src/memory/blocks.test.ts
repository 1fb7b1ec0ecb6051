import fc from "fast-check";
import { expect, test } from "vitest";
import { blocks } from "./blocks.ts";

const command = fc.record({ bytes: fc.integer({ min: 0, max: 9000 }), free: fc.boolean(), which: fc.nat() });

test("what is taken never overlaps, and all of it comes back", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
      const room = blocks(64, 64 * 1024);
      const taken: { start: number; end: number }[] = [];
      for (const { bytes, free, which } of commands) {
        if (free && taken.length > 0) {
          room.give(taken.splice(which % taken.length, 1)[0]!.start);
          continue;
        }
        const start = room.take(bytes);
        if (start === undefined) continue;
        const end = start + bytes;
        expect(start % 64).toBe(0);
        expect(start).toBeGreaterThanOrEqual(64);
        expect(end).toBeLessThanOrEqual(64 * 1024);
        expect(taken.some((other) => start < other.end && other.start < end)).toBe(false);
        taken.push({ start, end });
      }
      for (const { start } of taken) room.give(start);
      expect(room.used()).toBe(0);
      expect(room.take(62 * 1024)).toBe(64);
    }),
  );
});

test("the lowest place that is free is taken again; giving twice is giving once", () => {
  const room = blocks(0, 1024);
  const [first, second] = [room.take(100)!, room.take(100)!];
  room.give(first);
  room.give(first);
  expect(room.used()).toBe(128);
  expect(room.take(64)).toBe(first);
  expect(second).toBe(128);
  expect(room.take(2048)).toBeUndefined();
});
